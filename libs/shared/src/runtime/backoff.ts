import { setTimeout as delay } from 'node:timers/promises';

export interface BackoffOptions {
  /** First pause and the longest, in milliseconds. */
  firstMs: number;
  maxMs: number;
}

/** The pause before try number `attempt` (from 1): doubling up to the cap, with ±20 % jitter so that a fleet does not retry in step. */
export function backoffMs(
  attempt: number,
  { firstMs, maxMs }: BackoffOptions,
  random: () => number = Math.random,
): number {
  const pause = Math.min(maxMs, firstMs * 2 ** Math.min(attempt - 1, 30));
  return Math.round(pause * (0.8 + 0.4 * random()));
}

/** Waits; resolves early, without an error, when the signal is aborted. */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  await delay(ms, undefined, signal ? { signal } : {}).catch((error: unknown) => {
    if (!signal?.aborted) throw error;
  });
}

export interface RetryOptions extends BackoffOptions {
  signal: AbortSignal;
  /** Called before each pause. */
  onFailure?: (error: unknown, attempt: number, pauseMs: number) => void;
  /** Errors that a retry cannot fix; they are thrown at once. */
  isFinal?: (error: unknown) => boolean;
}

/** Runs `work` until it succeeds, or the signal is aborted (then its reason is thrown). */
export async function retry<T>(work: (attempt: number) => Promise<T>, options: RetryOptions): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    options.signal.throwIfAborted();
    try {
      return await work(attempt);
    } catch (error) {
      if (options.isFinal?.(error)) throw error;
      const pauseMs = backoffMs(attempt, options);
      options.onFailure?.(error, attempt, pauseMs);
      await pause(pauseMs, options.signal);
    }
  }
}

/** Rejects with `onTimeout()` when `work` takes longer than `ms`, and aborts the signal. Work that ignores the signal keeps running. */
export async function withTimeout<T>(
  ms: number,
  work: (signal: AbortSignal) => Promise<T>,
  onTimeout: () => Error,
): Promise<T> {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      const error = onTimeout();
      controller.abort(error);
      reject(error);
    }, ms);
  });
  try {
    return await Promise.race([work(controller.signal), late]);
  } finally {
    clearTimeout(timer);
  }
}
