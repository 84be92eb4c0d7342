import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileDurably } from '@orrery/shared/runtime';

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';

/**
 * The id of this installation, made once and durable before the first join: a join whose answer was lost is repeated with
 * the same id and gets the same host.
 */
export async function installationId(home: string): Promise<string> {
  const file = join(home, 'installation');
  const known = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (known !== undefined && /^[a-z2-7]{32,64}$/.test(known.trim())) return known.trim();
  const made = Array.from(randomBytes(32), (byte) => ALPHABET[byte & 31]).join('');
  await writeFileDurably(file, made);
  return made;
}
