import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '../servers.js';

/** Gives an API its database as `npm start` does: the password is in a file, and so in no environment. */
export async function databaseSettings(whole: string): Promise<Record<string, string>> {
  const url = new URL(whole);
  const file = join(await temporaryFolder('password'), 'postgres.password');
  await writeFile(file, `${decodeURIComponent(url.password)}\n`, { mode: 0o600 });
  url.password = '';
  return { DATABASE_URL: url.href, ORRERY_DATABASE_PASSWORD_FILE: file };
}
