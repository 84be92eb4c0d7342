import {
  ApiTokenMade,
  ApiTokenReplayed,
  JoinTokenMade,
  JoinTokenReplayed,
  type Withheld,
} from '@orrery/shared/contracts';
import { z } from 'zod';
import { CliError } from '../errors/cli-error.js';
import { ExitCode } from '../errors/exit-code.js';

/** What answers that a token was made: with the token, or, when the answer is a repeated one, without. */
export const NewToken = z.union([ApiTokenMade, ApiTokenReplayed]);
export const NewJoinToken = z.union([JoinTokenMade, JoinTokenReplayed]);

/** The connection broke after the token was made, and the request was sent once more: nobody knows the token. */
export function withSecret<T extends object>(made: T): Exclude<T, { withheld: Withheld }> {
  if (!('withheld' in made)) return made as Exclude<T, { withheld: Withheld }>;
  const { cause, fix } = made.withheld as Withheld;
  throw new CliError({ exitCode: ExitCode.failed, code: 'secret-withheld', cause, fix });
}
