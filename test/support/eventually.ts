import { setTimeout as pause } from 'node:timers/promises';

type Truthy<T> = Exclude<T, false | 0 | '' | null | undefined>;

/**
 * A condition that is not true by then takes its time, and frequent polling slows down the processes that must make it
 * true.
 */
const SOON_MS = 1_000;

export interface EventuallyOptions {
  /** Milliseconds until it gives up. */
  within?: number;
  /**
   * Milliseconds between two looks. By default short at first, and longer for conditions that take more than a second.
   */
  every?: number;
  /** The condition, named in the error when it does not become true. */
  what?: string;
}

/**
 * An expensive look is taken less often, so that looking uses at most a third of a processor. Maximum in milliseconds.
 */
const LONGEST_REST = 250;

/**
 * Polls until the condition returns something truthy, and returns that. An error counts as "not yet"; the last one is
 * the cause of the failure.
 */
export async function eventually<T>(
  condition: () => T | Promise<T>,
  { within = 15_000, every, what = 'the condition' }: EventuallyOptions = {},
): Promise<Truthy<T>> {
  const started = performance.now();
  const end = started + within;
  for (;;) {
    let last: unknown;
    const begun = performance.now();
    try {
      const value = await condition();
      if (value) return value as Truthy<T>;
      last = new Error(`its last value was ${JSON.stringify(value)}`);
    } catch (error) {
      last = error;
    }
    const now = performance.now();
    if (now >= end) {
      const reason = last instanceof Error ? last.message : String(last);
      throw new Error(`${what} did not come true within ${within} ms: ${reason}`, { cause: last });
    }
    const usual = every ?? (now - started < SOON_MS ? 25 : 100);
    await pause(Math.max(usual, Math.min(2 * (now - begun), LONGEST_REST)));
  }
}
