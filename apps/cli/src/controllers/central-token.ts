import { readFile } from 'node:fs/promises';
import { usageError } from '../errors/usage-error.js';
import type { Context } from '../program/context.js';

/** Reads the token of ZeroTier Central from this file, or from stdin for `-`. It is never an argument, because every user of a machine can see those. */
export async function tokenIn({ terminal }: Context, file: string): Promise<string> {
  const text =
    file === '-'
      ? await terminal.ask('ZeroTier Central token: ', { hidden: true })
      : await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
          throw usageError(
            `cannot read the token from ${file}: ${error.code === 'ENOENT' ? 'no such file' : error.message}`,
          );
        });
  const token = text.trim();
  if (token === '') throw usageError('the token is empty', 'Put the token on one line of the file or of stdin.');
  return token;
}
