import { newUserKey, prove, type UserKey } from '@orrery/shared/bus';
import { joinText } from '@orrery/shared/contracts';
import { randomBytes } from 'node:crypto';

export const newInstallation = () =>
  Array.from(randomBytes(32), (byte) => 'abcdefghijklmnopqrstuvwxyz234567'[byte & 31]).join('');

const keys = new Map<string, UserKey>();

/** The key of an installation: always the same one for the same installation. */
export function keyOf(installation: string): UserKey {
  const key = keys.get(installation) ?? newUserKey();
  keys.set(installation, key);
  return key;
}

/** A request to join with its proof, as an agent makes it. */
export function provenJoin<Body extends { installation: string }>(
  nonce: string,
  body: Body,
  key: UserKey = keyOf(body.installation),
) {
  return { ...body, key: key.publicKey, nonce, proof: prove(key.seed, joinText({ nonce, ...body })) };
}
