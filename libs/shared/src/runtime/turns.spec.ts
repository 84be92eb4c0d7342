import { describe, expect, it } from '@jest/globals';
import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate as turn } from 'node:timers/promises';
import { fewAtATime, Turns } from './turns.js';

describe('fewAtATime', () => {
  it('runs at most that many at once, and returns the results in the order of the input', async () => {
    let underWay = 0;
    let most = 0;
    const results = await fewAtATime(3, [5, 1, 4, 2, 3], async (turns) => {
      most = Math.max(most, ++underWay);
      for (let left = turns; left > 0; left--) await turn();
      underWay--;
      return turns * 10;
    });
    expect(results).toEqual([50, 10, 40, 20, 30]);
    expect(most).toBe(3);
  });

  it('starts nothing after a failure, and throws it once the running work has ended', async () => {
    const begun: number[] = [];
    const ended: number[] = [];
    const work = async (one: number) => {
      begun.push(one);
      if (one === 1) throw new Error('one failed');
      for (let left = 3; left > 0; left--) await turn();
      ended.push(one);
    };
    await expect(fewAtATime(2, [1, 2, 3, 4], work)).rejects.toThrow('one failed');
    expect(begun).toEqual([1, 2]);
    expect(ended).toEqual([2]);
  });

  it('does nothing for an empty list', async () => {
    await expect(fewAtATime(3, [], async () => 1)).resolves.toEqual([]);
  });
});

describe('turns', () => {
  it('are taken in order of arrival, each in its own context, and continue after a failure', async () => {
    const context = new AsyncLocalStorage<number>();
    const turns = new Turns(1);
    const seen: (number | undefined)[] = [];
    const ends = await Promise.allSettled(
      [0, 1, 2, 3].map((n) =>
        context.run(n, () =>
          turns.run(async () => {
            await turn();
            seen.push(context.getStore());
            if (n === 1) throw new Error('one failed');
          }),
        ),
      ),
    );
    expect(seen).toEqual([0, 1, 2, 3]);
    expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
  });
});
