import type { Withheld } from '@orrery/shared/contracts';

/** In the place of a new token, when the answer that showed it is repeated. `revoke`: how the CLI revokes it. */
export const withheld = (revoke: string): Withheld => ({
  cause: 'this answer repeats an earlier one; the token was shown in that one only, and Orrery does not keep it',
  fix: `If the first answer is lost, revoke the token (\`orrery ${revoke}\`) and make another with a new Idempotency-Key.`,
});
