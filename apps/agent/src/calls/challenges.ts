import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { CallId } from '@orrery/shared/contracts';
import { steadyNow } from '@orrery/shared/runtime';

/** As long as the API waits for the answer to a call, plus a margin. */
const LIFE_MS = 10_000;

/**
 * A call that no clock can confirm as recent is answered with a challenge. The API signs the call again with the challenge in it,
 * which proves that it wants the call now; somebody who only kept an old call cannot do that. A challenge is valid for one call and
 * for ten seconds of the steady clock, and the agent does not need to store it.
 */
export class CallChallenges {
  readonly #key = randomBytes(32);

  constructor(private readonly steady: () => number = steadyNow) {}

  issue(call: CallId): string {
    const at = String(Math.floor(this.steady()));
    return `${at}.${this.#proof(call, at).toString('base64url')}`;
  }

  isMet(call: CallId, challenge: string | undefined): boolean {
    const [at = '', given = ''] = challenge?.split('.') ?? [];
    const proof = Buffer.from(given, 'base64url');
    const expected = this.#proof(call, at);
    if (proof.length !== expected.length || !timingSafeEqual(proof, expected)) return false;
    return this.steady() - Number(at) < LIFE_MS;
  }

  #proof(call: CallId, at: string): Buffer {
    return createHmac('sha256', this.#key).update(`${at} ${call}`).digest();
  }
}
