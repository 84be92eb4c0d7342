import { describe, expect, it } from '@jest/globals';
import { AppError } from '@orrery/shared/runtime';
import { RequestPace } from './request-pace.js';

const now = () => performance.now();
/** The maximum number of moments in any window of that length. */
const most = (moments: readonly number[], windowMs: number) =>
  Math.max(...moments.map((from) => moments.filter((at) => at >= from && at < from + windowMs).length));

describe('a pace of 5 requests in 40 ms', () => {
  it('lets the first five start at once, and later ones a window later', async () => {
    const pace = new RequestPace({ requests: 5, windowMs: 40 });
    const began = now();
    const after: number[] = [];
    const all = Array.from({ length: 6 }, () => pace.run(async () => after.push(now() - began)));
    // Turns of promises, during which no timer fires.
    for (let turn = 0; turn < 50; turn++) await Promise.resolve();
    expect(after).toHaveLength(5);
    await Promise.all(all);
    expect(after[5]).toBeGreaterThanOrEqual(40);
  });

  it('holds wherever between sending and answer the server counts, however the network delays requests', async () => {
    const pace = new RequestPace({ requests: 5, windowMs: 40 });
    const counted: number[] = [];
    let seed = 1;
    const random = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
    const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
    await Promise.all(
      Array.from({ length: 40 }, () =>
        pace.run(async () => {
          await wait(random() * 30);
          counted.push(now());
          await wait(random() * 10);
        }),
      ),
    );
    expect(counted).toHaveLength(40);
    expect(most(counted, 40)).toBeLessThanOrEqual(5);
  });

  it('would be exceeded without it: the control', async () => {
    const counted: number[] = [];
    await Promise.all(Array.from({ length: 40 }, async () => counted.push(now())));
    expect(most(counted, 40)).toBeGreaterThan(5);
  });

  it('serves in the order of requests, even after one that failed', async () => {
    const pace = new RequestPace({ requests: 1, windowMs: 1 });
    const order: number[] = [];
    const all = Array.from({ length: 5 }, (_, index) =>
      pace.run(async () => {
        order.push(index);
        if (index === 1) throw new Error('refused');
      }),
    );
    await Promise.allSettled(all);
    expect(order).toEqual([0, 1, 2, 3, 4]);
  });

  it('grants no place while on hold, and then serves all who waited', async () => {
    const pace = new RequestPace({ requests: 5, windowMs: 40 });
    const began = now();
    pace.hold(60);
    const after = await Promise.all([1, 2, 3].map(() => pace.run(async () => now() - began)));
    expect(Math.min(...after)).toBeGreaterThanOrEqual(60);
  });

  it('refuses a request that waits longer than its patience; one that has a place continues', async () => {
    const pace = new RequestPace({ requests: 1, windowMs: 10_000 }, 30);
    await expect(pace.run(async () => 'first')).resolves.toBe('first');
    const refused = await pace.run(async () => 'second').catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(AppError);
    expect(refused).toMatchObject({ code: 'controller-away', kind: 'operational' });
  });

  it('refuses waiting and new requests once it is closed', async () => {
    const pace = new RequestPace({ requests: 1, windowMs: 10_000 });
    await pace.run(async () => 'first');
    const waiting = pace.run(async () => 'second');
    pace.close();
    await expect(waiting).rejects.toMatchObject({ code: 'controller-away' });
    await expect(pace.run(async () => 'third')).rejects.toMatchObject({ code: 'controller-away' });
  });
});
