import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { backoffMs, pause, retry, withTimeout } from './backoff.js';

const FAST = { firstMs: 1, maxMs: 2 };
const never = () => new AbortController().signal;

describe('backoffMs', () => {
  it('doubles up to the longest pause, give or take a fifth, at any attempt', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), fc.double({ min: 0, max: 1, noNaN: true }), (attempt, random) => {
        const ms = backoffMs(attempt, { firstMs: 100, maxMs: 5000 }, () => random);
        const middle = Math.min(5000, 100 * 2 ** (attempt - 1));
        expect(ms).toBeGreaterThanOrEqual(Math.floor(middle * 0.8));
        expect(ms).toBeLessThanOrEqual(Math.ceil(middle * 1.2));
      }),
    );
  });
});

describe('retry', () => {
  it('retries until the work succeeds, and reports each failure', async () => {
    const failures: number[] = [];
    const work = async (attempt: number) => {
      if (attempt < 4) throw new Error('not yet');
      return attempt;
    };
    expect(
      await retry(work, { ...FAST, signal: never(), onFailure: (_error, attempt) => failures.push(attempt) }),
    ).toBe(4);
    expect(failures).toEqual([1, 2, 3]);
  });

  it('throws at once when a retry is useless', async () => {
    let tries = 0;
    const work = async () => {
      tries += 1;
      throw new Error('final');
    };
    await expect(retry(work, { ...FAST, signal: never(), isFinal: () => true })).rejects.toThrow('final');
    expect(tries).toBe(1);
  });

  it('ends during a pause when the signal is aborted', async () => {
    const stop = new AbortController();
    const waiting = retry(() => Promise.reject(new Error('no')), {
      firstMs: 60_000,
      maxMs: 60_000,
      signal: stop.signal,
      onFailure: () => stop.abort(new Error('stopped')),
    });
    await expect(waiting).rejects.toThrow('stopped');
  });
});

describe('pause', () => {
  it('ends early and without an error when the signal is aborted, before or during it', async () => {
    await pause(60_000, AbortSignal.abort());
    const stop = new AbortController();
    const paused = pause(60_000, stop.signal);
    stop.abort();
    await paused;
  });
});

describe('withTimeout', () => {
  it('returns the result of the work when it is in time, or its error', async () => {
    expect(
      await withTimeout(
        1000,
        async () => 7,
        () => new Error('late'),
      ),
    ).toBe(7);
    await expect(
      withTimeout(
        1000,
        () => Promise.reject(new Error('own')),
        () => new Error('late'),
      ),
    ).rejects.toThrow('own');
  });

  it('throws when the work is late, and aborts the work', async () => {
    let told: unknown;
    const work = (signal: AbortSignal) =>
      new Promise<never>(() => signal.addEventListener('abort', () => (told = (signal.reason as Error).message)));
    await expect(withTimeout(5, work, () => new Error('late'))).rejects.toThrow('late');
    expect(told).toBe('late');
  });
});
