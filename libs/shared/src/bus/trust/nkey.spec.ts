import { describe, expect, it } from '@jest/globals';
import { fromPublic, fromSeed } from '@nats-io/nkeys';
import { isProof, newUserKey, prove, publicKeyOf } from './nkey.js';

const bytes = (text: string) => new TextEncoder().encode(text);

describe('the key of a host', () => {
  const { seed, publicKey } = newUserKey();

  it('proves the signed text and nothing else', () => {
    expect(publicKeyOf(seed)).toBe(publicKey);
    const proof = prove(seed, 'a text');
    expect(isProof(publicKey, 'a text', proof)).toBe(true);
    const other = newUserKey();
    expect(isProof(publicKey, 'another text', proof)).toBe(false);
    expect(isProof(other.publicKey, 'a text', proof)).toBe(false);
    expect(isProof(publicKey, 'a text', prove(other.seed, 'a text'))).toBe(false);
    expect(isProof('no key', 'a text', proof)).toBe(false);
    expect(isProof(publicKey, 'a text', '')).toBe(false);
  });

  it('signs like the nkeys library', () => {
    const theirs = Buffer.from(fromSeed(bytes(seed)).sign(bytes('a text'))).toString('base64');
    expect(prove(seed, 'a text')).toBe(theirs);
    expect(fromPublic(publicKey).verify(bytes('a text'), Buffer.from(prove(seed, 'a text'), 'base64'))).toBe(true);
  });
});
