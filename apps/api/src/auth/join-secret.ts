import type { Secret } from '@orrery/shared/runtime';
import { timingSafeEqual } from 'node:crypto';
import { hashOf } from './bearer.js';

/** What lets a host join. One for all hosts now; tokens for single use replace it behind `admits`. */
export class JoinSecret {
  readonly #hash: Buffer;

  constructor(secret: Secret) {
    this.#hash = hashOf(secret.reveal());
  }

  /** Compares hashes in constant time: neither length nor content shows in the timing. */
  admits(token: string): boolean {
    return timingSafeEqual(hashOf(token), this.#hash);
  }
}
