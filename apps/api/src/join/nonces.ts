import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Secret } from '@orrery/shared/runtime';

const LIFE_MS = 60_000;

/**
 * What hosts sign to prove that they have a key, so that no proof of yesterday is worth anything. Not kept anywhere: a nonce says
 * until when it is good, and a code that only this installation can make says that it is one of ours.
 */
export class Nonces {
  constructor(
    private readonly secret: Secret,
    private readonly now: () => number = Date.now,
  ) {}

  issue(): string {
    const what = `${(this.now() + LIFE_MS).toString(36)}.${randomBytes(16).toString('base64url')}`;
    return `${what}.${this.#codeOf(what).toString('base64url')}`;
  }

  isGood(nonce: string): boolean {
    const [until = '', random = '', code = ''] = nonce.split('.');
    const given = Buffer.from(code, 'base64url');
    const expected = this.#codeOf(`${until}.${random}`);
    return (
      given.length === expected.length && timingSafeEqual(given, expected) && Number.parseInt(until, 36) > this.now()
    );
  }

  #codeOf(what: string): Buffer {
    return createHmac('sha256', this.secret.reveal()).update(what).digest();
  }
}
