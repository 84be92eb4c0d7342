import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  hkdfSync,
  sign,
  verify,
  type KeyObject,
} from 'node:crypto';
import { promisify } from 'node:util';
import type { SignedMessage } from '../contracts/index.js';

/** Header names on a signed message. */
export const KEY_HEADER = 'Orrery-Key';
export const SIGNATURE_HEADER = 'Orrery-Signature';

export interface PublicKey {
  /** First 16 hex digits of SHA-256 over the raw public key. */
  id: string;
  /** The raw 32 bytes of the Ed25519 key, base64. */
  publicKey: string;
}

const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex'); // RFC 8410: an Ed25519 SubjectPublicKeyInfo up to the key

const signedBytes = (subject: string, body: string) => Buffer.from(`${subject}\n${body}`, 'utf8');
const rawPublicKey = (key: KeyObject) => key.export({ type: 'spki', format: 'der' }).subarray(SPKI_PREFIX.length);
const keyId = (raw: Uint8Array) => createHash('sha256').update(raw).digest('hex').slice(0, 16);

/** A new Ed25519 private key as PKCS #8 PEM. */
export function newSigningKey(): string {
  return generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

const signAside = promisify<null, Buffer, KeyObject, Buffer>(sign);

/** Signs desired states, calls and answers to agents: Ed25519 over subject, LF and the exact bytes of the body. */
export class Signer {
  readonly #key: KeyObject;
  readonly publicKey: PublicKey;

  constructor(pem: string) {
    this.#key = createPrivateKey(pem);
    if (this.#key.asymmetricKeyType !== 'ed25519') throw new TypeError('the signing key is not an Ed25519 key');
    const raw = rawPublicKey(createPublicKey(this.#key));
    this.publicKey = { id: keyId(raw), publicKey: raw.toString('base64') };
  }

  /** 32 bytes derived from the key and the purpose: the same wherever the key is, and one-way (RFC 5869). */
  derive(purpose: string): Buffer {
    const secret = this.#key.export({ type: 'pkcs8', format: 'der' });
    return Buffer.from(hkdfSync('sha256', secret, '', purpose, 32));
  }

  sign(subject: string, body: string): SignedMessage {
    return this.#message(subject, body, sign(null, signedBytes(subject, body), this.#key));
  }

  /** Signs on another thread: answers leave in groups of a hundred, and the event loop has other work. */
  async signAside(subject: string, body: string): Promise<SignedMessage> {
    return this.#message(subject, body, await signAside(null, signedBytes(subject, body), this.#key));
  }

  #message(subject: string, body: string, signature: Buffer): SignedMessage {
    return { subject, body, key: this.publicKey.id, signature: signature.toString('base64') };
  }
}

/** Verifies signatures with the keys that an agent received when it joined. */
export class Verifier {
  readonly #keys = new Map<string, KeyObject>();

  constructor(keys: readonly PublicKey[]) {
    for (const { publicKey } of keys) {
      const raw = Buffer.from(publicKey, 'base64');
      if (raw.length !== 32) throw new TypeError('an Ed25519 public key has 32 bytes');
      this.#keys.set(
        keyId(raw),
        createPublicKey({ key: Buffer.concat([SPKI_PREFIX, raw]), type: 'spki', format: 'der' }),
      );
    }
  }

  /** True when one of our keys signed exactly these bytes for exactly this subject. Always verify before parsing. */
  verifies(message: SignedMessage): boolean {
    const key = this.#keys.get(message.key);
    if (!key) return false;
    const signature = Buffer.from(message.signature, 'base64');
    return signature.length === 64 && verify(null, signedBytes(message.subject, message.body), key, signature);
  }
}
