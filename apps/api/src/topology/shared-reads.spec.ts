import { describe, expect, it } from '@jest/globals';
import { SharedReads } from './shared-reads.js';

/** Reads that answer what was stored when they began, and end when the test says so. */
function aStore() {
  const reads = new SharedReads<number>();
  const ends: { resolve: () => void; reject: (cause: Error) => void }[] = [];
  let stored = 0;
  const work = () => {
    const seen = stored;
    return new Promise<number>((resolve, reject) => ends.push({ resolve: () => resolve(seen), reject }));
  };
  return {
    ...{ ends, write: () => (stored += 1) },
    ask: (key = 'everything') => reads.read(key, work),
    /** Lets everything happen that waits for nothing but its turn. */
    settle: () => new Promise((resolve) => setImmediate(resolve)),
  };
}

describe('shared reads', () => {
  it('are two for 50 requests at once, and the second has what was stored before its requests', async () => {
    const { ask, ends, write, settle } = aStore();
    const first = ask();
    write();
    const others = Array.from({ length: 49 }, () => ask());
    expect(ends).toHaveLength(1);
    ends[0]?.resolve();
    expect(await first).toBe(0);
    await settle();
    expect(ends).toHaveLength(2);
    ends[1]?.resolve();
    expect(new Set(await Promise.all(others))).toEqual(new Set([1]));
    await settle();
    // Nothing is kept: the next request reads again.
    write();
    const later = ask();
    ends[2]?.resolve();
    expect(await later).toBe(2);
  });

  it('do not answer from the second read a request that came after it had begun', async () => {
    const { ask, ends, write, settle } = aStore();
    const answers = [ask(), ask()];
    ends[0]?.resolve();
    await settle();
    write();
    answers.push(ask());
    ends[1]?.resolve();
    await settle();
    ends[2]?.resolve();
    expect(await Promise.all(answers)).toEqual([0, 0, 1]);
  });

  it('are not shared between keys', async () => {
    const { ask, ends } = aStore();
    const answers = [ask('hosts:site=fra'), ask('everything')];
    expect(ends).toHaveLength(2);
    for (const { resolve } of ends) resolve();
    expect(await Promise.all(answers)).toEqual([0, 0]);
  });

  it('go on after a read that failed', async () => {
    const { ask, ends, settle } = aStore();
    const answers = Promise.allSettled([ask(), ask()]);
    ends[0]?.reject(new Error('the database is away'));
    await settle();
    ends[1]?.resolve();
    expect((await answers).map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
  });
});
