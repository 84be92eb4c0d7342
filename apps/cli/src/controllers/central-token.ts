import { readFile } from 'node:fs/promises';
import { usageError } from '../errors/usage-error.js';
import type { Context } from '../program/context.js';

/** The token of ZeroTier Central in this file; `-`: on standard input. Never an argument: those are seen by everybody on a machine. */
export async function tokenIn({ terminal }: Context, file: string): Promise<string> {
  const text =
    file === '-'
      ? await terminal.ask('Token of ZeroTier Central: ', { hidden: true })
      : await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
          throw usageError(
            `The token cannot be read from ${file}: ${error.code === 'ENOENT' ? 'there is no such file' : error.message}.`,
          );
        });
  const token = text.trim();
  if (token === '') throw usageError('There is no token.', 'It is the one line of the file, or of standard input.');
  return token;
}
