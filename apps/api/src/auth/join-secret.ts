import type { Secret } from '@orrery/shared/runtime';
import { timingSafeEqual } from 'node:crypto';
import { hashOf } from './bearer.js';

/** The secret of the installation with which hosts join, besides join tokens for single use. */
export class JoinSecret {
  readonly #hash: Buffer;

  constructor(secret: Secret) {
    this.#hash = hashOf(secret.reveal());
  }

  /** Compares hashes in constant time, so that the timing reveals neither length nor content. */
  admits(token: string): boolean {
    return timingSafeEqual(hashOf(token), this.#hash);
  }
}
