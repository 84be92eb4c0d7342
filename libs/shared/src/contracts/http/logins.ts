import { z } from 'zod';
import { LoginId } from '../ids.js';
import { Timestamp } from './common.js';
import { Role, TokenScope } from './tokens.js';

/** How long a login may rest: after this long without a request it has ended. */
export const LOGIN_IDLE_SECONDS = 12 * 3600;

/** One half of a login: 32 random bytes, in base64url. */
export const LoginHalf = z.string().regex(/^[A-Za-z0-9_-]{43}$/);
export type LoginHalf = z.infer<typeof LoginHalf>;

/** What the permissions of a request come from: the token, also when the request comes with a login. */
const OfToken = z.object({
  name: z.string().describe('Name of the token: what commands and events show as `by`.'),
  role: Role.describe('What it is allowed to do.'),
  scope: TokenScope.nullable().describe('What it can see and change; null: everything.'),
  tokenId: z.string().describe('Id of the token.'),
  expiresAt: Timestamp.nullable().describe('When the token expires; null: never.'),
});

const idleAfterSeconds = z
  .int()
  .describe('Seconds without a request after which the login ends. It also ends with its token.');

export const LoginPost = z
  .strictObject({
    token: z.string().min(1).max(512).describe('An API token (`ora_…`). It is not stored with the login.'),
  })
  .meta({ id: 'LoginPost', description: 'A token to log in with.' });
export type LoginPost = z.infer<typeof LoginPost>;

export const LoginMade = z
  .object({
    id: LoginId.describe('Id of the login.'),
    secret: LoginHalf.describe(
      'One half of the login: send it as header `orrery-login` with every request. The other half is the cookie of this answer. Each is worth nothing alone.',
    ),
    ...OfToken.shape,
    idleAfterSeconds,
  })
  .meta({ id: 'LoginMade', description: 'A new login. This answer is the only one that shows its secret.' });
export type LoginMade = z.infer<typeof LoginMade>;

export const Me = z
  .object({
    ...OfToken.shape,
    by: z.enum(['token', 'login']).describe('What the request came with: a bearer token, or a login.'),
    idleAfterSeconds: idleAfterSeconds
      .optional()
      .describe('Seconds without a request after which the login ends; left out with a bearer token.'),
  })
  .meta({ id: 'Me', description: 'Who a request comes from.' });
export type Me = z.infer<typeof Me>;
