import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { CallId } from '@orrery/shared/contracts';
import { steadyNow } from '@orrery/shared/runtime';

/** As long as the API waits for the answer to a call, and a little. */
const LIFE_MS = 10_000;

/**
 * A call that no clock shows to be recent is answered with a challenge. The API signs the call again with the challenge in it, and so
 * proves that it asks for it now: whoever only kept an old call cannot. A challenge is for one call and ten seconds of the steady clock,
 * and nothing has to be remembered for it.
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
