import { setTimeout as delay } from 'node:timers/promises';
import { CliError } from '../errors/cli-error.js';
import { awayOrThrow } from './watch-command.js';

export interface PollOptions {
  /** On the steady clock (`performance.now()`). */
  deadline: number;
  signal: AbortSignal;
  /** The API is unreachable: polling continues until the deadline. */
  onAway: (error: CliError) => void;
}

const EVERY_MS = 500;

/** Polls until `look` returns a value (undefined: not yet). Undefined at the deadline; rejects when the signal aborts. */
export async function poll<T>(
  look: () => Promise<T | undefined>,
  { deadline, signal, onAway }: PollOptions,
): Promise<T | undefined> {
  for (;;) {
    const seen = await look().catch(awayOrThrow);
    const left = deadline - performance.now();
    if (seen instanceof CliError) {
      if (left <= 0) throw seen;
      onAway(seen);
    } else if (seen !== undefined || left <= 0) return seen;
    await delay(Math.min(EVERY_MS, left), undefined, { signal });
  }
}
