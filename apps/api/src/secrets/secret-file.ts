import { randomBytes } from 'node:crypto';
import { link, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ensurePrivateFolder, Secret, writeFileDurably } from '@orrery/shared/runtime';

/**
 * The secret in this file. If there is none yet, `make` creates it: mode 0600, durable before it is used. Two processes
 * that start at once agree on one.
 */
export async function readOrMakeSecret(path: string, make: () => string): Promise<Secret> {
  const existing = await readSecret(path);
  if (existing) return existing;
  await ensurePrivateFolder(dirname(path));
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  await writeFileDurably(draft, make());
  try {
    await link(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(draft, { force: true });
  }
  return (await readSecret(path)) as Secret;
}

async function readSecret(path: string): Promise<Secret | undefined> {
  try {
    return new Secret((await readFile(path, 'utf8')).trim());
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
