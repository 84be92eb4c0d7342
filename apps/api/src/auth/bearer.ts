import { createHash, randomBytes } from 'node:crypto';
import { explain, type Withheld } from '@orrery/shared/contracts';

/** The token of `Authorization: Bearer …`; undefined for any other form. */
export function bearerToken(header: string | undefined): string | undefined {
  return /^Bearer ([\x21-\x7e]{1,512})$/i.exec(header ?? '')?.[1];
}

/** The part by which people recognize a token: its kind, and eight of 43 random characters. */
export const prefixOf = (token: string) => token.slice(0, token.search(/[._]/) + 9);

/**
 * API tokens are `ora_` and 32 random bytes, join secrets `orj_` and 32, so that a leaked one can be recognized by its
 * prefix.
 */
export const newToken = (prefix: 'ora' | 'orj') => `${prefix}_${randomBytes(32).toString('base64url')}`;
export const isApiToken = (token: string) => /^ora_[A-Za-z0-9_-]{43}$/.test(token);

export const hashOf = (token: string) => createHash('sha256').update(token).digest();

/** In the place of a new token, when the answer that showed it is repeated. */
export function withheld(id: string): Withheld {
  const { cause, fix } = explain('token-withheld/revoke', { id });
  return { cause, fix };
}

/**
 * `orj1.` and base64url of 32 random bytes, then of the SHA-256 of the API's public key when it speaks HTTPS, by which
 * the token's holder recognizes the API. `pin` is that hash in base64.
 */
export const newJoinToken = (pin: string | undefined) =>
  `orj1.${Buffer.concat([randomBytes(32), Buffer.from(pin ?? '', 'base64')]).toString('base64url')}`;
