import { randomBytes } from 'node:crypto';

/**
 * `orj1.` and base64url of 32 random bytes, then of the SHA-256 of the API's public key when it speaks HTTPS: who has the token
 * knows by that whom to give it to. `pin` is that hash in base64.
 */
export const newJoinToken = (pin: string | undefined) =>
  `orj1.${Buffer.concat([randomBytes(32), Buffer.from(pin ?? '', 'base64')]).toString('base64url')}`;
