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

/** The answer to the creation of a token: with the token, or, if the answer is repeated, without it. */
export const NewToken = z.union([ApiTokenMade, ApiTokenReplayed]);
export const NewJoinToken = z.union([JoinTokenMade, JoinTokenReplayed]);

/** Throws if the connection broke after the token was created and the request was sent again, because then nobody knows the token. */
export function withSecret<T extends object>(made: T): Exclude<T, { withheld: Withheld }> {
  if (!('withheld' in made)) return made as Exclude<T, { withheld: Withheld }>;
  const { cause, fix } = made.withheld as Withheld;
  throw new CliError({ exitCode: ExitCode.failed, code: 'secret-withheld', cause, fix });
}
