import { describeError, pause } from '@orrery/shared/runtime';
import { notSo } from './not-so.js';

type Truthy<T> = Exclude<T, false | 0 | '' | null | undefined>;

export interface Awaited {
  /** What is waited for: `ping from demo-web to demo-client`. */
  what: string;
  withinMs: number;
  fix: string;
  everyMs?: number;
}

/** Asks repeatedly until there is an answer. An error means "not yet"; the last one becomes the cause. */
export async function until<T>(
  ask: () => Promise<T>,
  { what, withinMs, fix, everyMs = 250 }: Awaited,
): Promise<Truthy<T>> {
  const end = performance.now() + withinMs;
  for (;;) {
    let last: unknown;
    try {
      const answer = await ask();
      if (answer) return answer as Truthy<T>;
    } catch (error) {
      last = error;
    }
    if (performance.now() >= end) {
      const why = last === undefined ? '' : `: ${describeError(last)}`;
      throw notSo(`timed out after ${Math.round(withinMs / 1000)} s waiting for ${what}${why}`, fix, last);
    }
    await pause(everyMs);
  }
}
