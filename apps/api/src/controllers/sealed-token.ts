import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { explain, type ControllerId } from '@orrery/shared/contracts';
import { AppError, Secret } from '@orrery/shared/runtime';
import { readOrMakeSecret } from '../secrets/secret-file.js';

/** In the folder of secrets: 32 random bytes in base64. */
export const TOKEN_KEY_FILE = 'controller-tokens.key';

const VERSION = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEAD_BYTES = 1 + NONCE_BYTES + TAG_BYTES;

/**
 * Tokens of controllers as stored in the database: encrypted with a key that is a file in the folder of secrets, and
 * bound to their controller, so that a token sealed for one cannot be opened for another. AES-256-GCM; version, nonce,
 * tag, ciphertext. The key is created at first use.
 */
export class SealedTokens {
  #key: Promise<Buffer> | undefined;

  constructor(private readonly secretsFolder: string) {}

  async seal(controller: ControllerId, token: Secret): Promise<Buffer> {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', await this.#opened(), nonce).setAAD(boundTo(controller));
    const text = Buffer.concat([cipher.update(token.reveal(), 'utf8'), cipher.final()]);
    return Buffer.concat([Buffer.of(VERSION), nonce, cipher.getAuthTag(), text]);
  }

  /** Throws AppError `controller-away` when it cannot be opened. */
  async open(controller: ControllerId, sealed: Uint8Array): Promise<Secret> {
    const bytes = Buffer.from(sealed);
    if (bytes[0] !== VERSION || bytes.length < HEAD_BYTES)
      throw unreadable('it was stored by a newer Orrery, or is damaged');
    const decipher = createDecipheriv('aes-256-gcm', await this.#opened(), bytes.subarray(1, 1 + NONCE_BYTES), {
      authTagLength: TAG_BYTES,
    })
      .setAAD(boundTo(controller))
      .setAuthTag(bytes.subarray(1 + NONCE_BYTES, HEAD_BYTES));
    try {
      return new Secret(decipher.update(bytes.subarray(HEAD_BYTES), undefined, 'utf8') + decipher.final('utf8'));
    } catch {
      throw unreadable(
        `it was sealed with another key than that in secrets/${TOKEN_KEY_FILE}, or for another controller`,
      );
    }
  }

  /** Reads the key once; after a failure, again at the next use. */
  #opened(): Promise<Buffer> {
    this.#key ??= this.#read().catch((error: unknown) => {
      this.#key = undefined;
      throw error;
    });
    return this.#key;
  }

  async #read(): Promise<Buffer> {
    const path = join(this.secretsFolder, TOKEN_KEY_FILE);
    const text = await readOrMakeSecret(path, () => randomBytes(32).toString('base64'));
    const key = Buffer.from(text.reveal(), 'base64');
    if (key.length !== 32) throw unreadable(`secrets/${TOKEN_KEY_FILE} holds no key: 32 bytes in base64`);
    return key;
  }
}

/** Without this, a row's sealed token could be moved to a controller with another URL, and would be sent there. */
const boundTo = (controller: ControllerId) => Buffer.from(`orrery controller token v${VERSION} ${controller}`);

const unreadable = (why: string) => new AppError({ kind: 'operational', ...explain('controller-away/token', { why }) });
