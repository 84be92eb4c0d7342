import { setTimeout as pause } from 'node:timers/promises';
import { explain } from '@orrery/shared/contracts';
import { AppError } from '@orrery/shared/runtime';

/** Failures of an address in a minute that are answered at once. */
const MOST_FAILURES = 20;
const WINDOW_MS = 60_000;
const MOST_ADDRESSES = 10_000;
/** Refusals of an address that are held back at the same time; more are answered at once. */
const MOST_HELD = 256;
/**
 * How long a further refusal is held back: a client that waits for it guesses no faster than once a second on each
 * connection.
 */
const HOLD_MS = 1000;

interface Failures {
  count: number;
  until: number;
  /** Refusals that are held back now. */
  held: number;
}

/**
 * Slows guessing without locking anybody out. A token is always checked first, and a valid one is served at once,
 * whatever came from its address before: only refusals are slowed. Tokens are 256 random bits, so this is about load,
 * not about luck.
 */
export class FailureThrottle {
  readonly #failures = new Map<string, Failures>();

  /** `what` was wrong, for readers of the problem: `tokens`, `keys`. */
  constructor(
    private readonly what: string,
    private readonly holdMs = HOLD_MS,
    private readonly now: () => number = Date.now,
  ) {}

  /**
   * Records a failure of this address. Beyond what a mistake explains, it is held back and throws AppError
   * `too-many-requests`.
   */
  async failed(address: string): Promise<void> {
    const failures = this.#note(address);
    if (failures.count <= MOST_FAILURES) return;
    if (failures.held < MOST_HELD) {
      failures.held++;
      await pause(this.holdMs).finally(() => failures.held--);
    }
    throw new AppError({
      kind: 'user',
      ...explain('too-many-requests', { cause: `too many wrong ${this.what} came from ${address}` }),
      details: { retryAfter: Math.max(1, Math.ceil((failures.until - this.now()) / 1000)) },
    });
  }

  #note(address: string): Failures {
    const found = this.#failures.get(address);
    const entry = found ?? { count: 0, until: 0, held: 0 };
    if (entry.until <= this.now()) Object.assign(entry, { count: 0, until: this.now() + WINDOW_MS });
    entry.count++;
    // The oldest make room; an address that keeps failing is among the youngest.
    this.#failures.delete(address);
    this.#failures.set(address, entry);
    const [oldest] = this.#failures.keys();
    if (this.#failures.size > MOST_ADDRESSES && oldest !== undefined) this.#failures.delete(oldest);
    return entry;
  }
}

/** People and enrolling machines are counted apart: neither slows the other. */
export class FailureThrottles {
  readonly people: FailureThrottle;
  readonly enrolment: FailureThrottle;

  constructor(holdMs?: number) {
    this.people = new FailureThrottle('tokens', holdMs);
    this.enrolment = new FailureThrottle('join tokens or keys', holdMs);
  }
}
