import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '../servers.js';

/** How an API is told its database, as by `npm start`: the password in a file, and so in no environment. */
export async function databaseSettings(whole: string): Promise<Record<string, string>> {
  const url = new URL(whole);
  const file = join(await temporaryFolder('password'), 'postgres.password');
  await writeFile(file, `${decodeURIComponent(url.password)}\n`, { mode: 0o600 });
  url.password = '';
  return { DATABASE_URL: url.href, ORRERY_DATABASE_PASSWORD_FILE: file };
}
