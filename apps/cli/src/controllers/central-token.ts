import { readFile } from 'node:fs/promises';
import { usageError } from '../errors/usage-error.js';
import type { Context } from '../program/context.js';

/** The token of ZeroTier Central in this file; `-`: on standard input. Never an argument: those are seen by everybody on a machine. */
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
