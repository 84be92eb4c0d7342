import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { SignedMessage } from '../contracts/index.js';
import { newSigningKey, Signer, Verifier } from './signing.js';

const signer = new Signer(newSigningKey());
const verifier = new Verifier([signer.publicKey]);
const SUBJECT = 'orrery.v1.host.hst_aaaaaaaaaaaaaaaaaaaa.desired';
const BODY = '{"host":"hst_aaaaaaaaaaaaaaaaaaaa","revision":7,"items":["ä"]}';
const message = signer.sign(SUBJECT, BODY);

/** The text with each of its bytes changed once, as text again (invalid UTF-8 cannot be a message). */
function* flipped(text: string, encoding: 'utf8' | 'base64'): Generator<string> {
  const bytes = Buffer.from(text, encoding);
  for (let at = 0; at < bytes.length; at++) {
    const other = Buffer.from(bytes);
    other[at] = (other[at] as number) ^ 1;
    yield other.toString(encoding);
  }
}

describe('a signature', () => {
  it('holds for exactly the bytes and the subject that were signed', () => {
    expect(verifier.verifies(message)).toBe(true);
    expect(verifier.verifies({ ...message })).toBe(true);
  });

  it.each(['subject', 'body', 'key'] as const)('does not hold when any byte of the %s differs', (field) => {
    const forged = [...flipped(message[field], 'utf8')].filter((text) => text !== message[field]);
    expect(forged.length).toBeGreaterThan(10);
    expect(forged.filter((text) => verifier.verifies({ ...message, [field]: text }))).toEqual([]);
  });

  it('does not hold when any byte of the signature itself differs', () => {
    const forged = [...flipped(message.signature, 'base64')];
    expect(forged).toHaveLength(64);
    expect(forged.filter((signature) => verifier.verifies({ ...message, signature }))).toEqual([]);
  });

  it('does not allow moving text between subject and body', () => {
    const moved = { ...message, subject: `${SUBJECT}\n${BODY.slice(0, 5)}`, body: BODY.slice(5) };
    expect(verifier.verifies(moved)).toBe(false);
  });

  it.each(['', 'AAAA', '!', 'A'.repeat(87) + '='])('is not %j', (signature) => {
    expect(verifier.verifies({ ...message, signature })).toBe(false);
  });

  it('of another key holds only for verifiers that know that key', () => {
    const other = new Signer(newSigningKey());
    const forged: SignedMessage = other.sign(SUBJECT, BODY);
    expect(verifier.verifies(forged)).toBe(false);
    expect(verifier.verifies({ ...forged, key: message.key })).toBe(false);
    expect(new Verifier([signer.publicKey, other.publicKey]).verifies(forged)).toBe(true);
  });

  it('derives the ID from the key, whatever ID comes with it', () => {
    const { publicKey } = signer.publicKey;
    expect(new Verifier([{ id: 'lie', publicKey }]).verifies(message)).toBe(true);
    expect(new Verifier([{ id: 'lie', publicKey }]).verifies({ ...message, key: 'lie' })).toBe(false);
  });
});

describe('a signing key', () => {
  it('stays the same when it is read again', () => {
    const pem = newSigningKey();
    expect(new Signer(pem).publicKey).toEqual(new Signer(pem).publicKey);
    expect(Buffer.from(new Signer(pem).publicKey.publicKey, 'base64')).toHaveLength(32);
  });

  it('must be Ed25519', () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    expect(() => new Signer(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString())).toThrow(TypeError);
    expect(() => new Verifier([{ id: 'x', publicKey: 'AAAA' }])).toThrow(TypeError);
  });
});
