import { createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import { createUser, fromSeed } from '@nats-io/nkeys';

export interface UserKey {
  /** Starts with SU. Never leaves its machine. */
  seed: string;
  /** Starts with U. */
  publicKey: string;
}

/** RFC 8410: what stands before the 32 bytes of an Ed25519 key in DER. */
const PRIVATE = Buffer.from('302e020100300506032b657004220420', 'hex');
const PUBLIC = Buffer.from('302a300506032b6570032100', 'hex');
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

export function newUserKey(): UserKey {
  const seed = new TextDecoder().decode(createUser().getSeed());
  return { seed, publicKey: publicKeyOf(seed) };
}

/** Throws when this is no seed. By Node's own library, as `signed`: each start of an agent and of an API asks for such keys. */
export function publicKeyOf(seed: string): string {
  fromSeed(new TextEncoder().encode(seed)); // which throws
  const [first = 0, second = 0] = base32(seed);
  const kind = ((first & 7) << 5) | (second >> 3);
  const der = createPublicKey(privateKeyOf(seed)).export({ format: 'der', type: 'spki' });
  const key = Buffer.concat([Buffer.of(kind), der.subarray(PUBLIC.length)]);
  const check = crc16(key);
  return inBase32(Buffer.concat([key, Buffer.of(check & 0xff, check >> 8)]));
}

/** Ed25519 signature. By Node's own library, which is a hundred times as fast as the one for nkeys. */
export const signed = (seed: string, bytes: Uint8Array): Buffer => sign(null, bytes, privateKeyOf(seed));

function privateKeyOf(seed: string): KeyObject {
  const der = Buffer.concat([PRIVATE, base32(seed).subarray(2, 34)]);
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
}

/** Base64 of the signature of a text. */
export const prove = (seed: string, text: string): string => signed(seed, Buffer.from(text)).toString('base64');

/** Whether the holder of the seed of this key signed exactly this text. */
export function isProof(publicKey: string, text: string, proof: string): boolean {
  try {
    const der = Buffer.concat([PUBLIC, base32(publicKey).subarray(1, 33)]);
    const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
    return verify(null, Buffer.from(text), key, Buffer.from(proof, 'base64'));
  } catch {
    return false; // no key at all
  }
}

/** An nkey: what kind it is (two bytes for a seed, one for a public key), 32 bytes, two that check it. */
function base32(text: string): Buffer {
  const bits = Array.from(text, (letter) => ALPHABET.indexOf(letter).toString(2).padStart(5, '0')).join('');
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}

function inBase32(bytes: Buffer): string {
  const bits = Array.from(bytes, (byte) => byte.toString(2).padStart(8, '0')).join('');
  return (bits.match(/.{5}/g) ?? []).map((five) => ALPHABET[Number.parseInt(five, 2)]).join('');
}

/** As XMODEM has it, which is what nkeys are checked by. */
function crc16(bytes: Buffer): number {
  const withBit = (crc: number) => ((crc << 1) ^ (crc & 0x8000 ? 0x1021 : 0)) & 0xffff;
  return bytes.reduce((crc, byte) => [0, 1, 2, 3, 4, 5, 6, 7].reduce(withBit, crc ^ (byte << 8)), 0);
}
