import { describe, expect, it } from '@jest/globals';
import { Recurring, type Recurrence } from './recurring.js';

const LONG = 60_000;
const unfailing = (cause: string) => expect(cause).toBe('it does not fail');
const recurring = (given: Partial<Recurrence> & Pick<Recurrence, 'work'>) =>
  new Recurring({ everyMs: 1, first: 'now', failed: unfailing, ...given });

/** Work that a test follows: each time begins when it is called, and ends when the test says so. */
function heldWork() {
  const begun: { end: () => void }[] = [];
  let tell: (() => void) | undefined;
  const work = () =>
    new Promise<void>((end) => {
      begun.push({ end });
      tell?.();
    });
  const time = async (number: number) => {
    while (begun.length < number) await new Promise<void>((resolve) => (tell = resolve));
    const one = begun[number - 1];
    if (!one) throw new Error('unreachable');
    return one;
  };
  return { begun, work, time };
}

describe('work that recurs', () => {
  it('is done again after each interval, until it says that it is over', async () => {
    let times = 0;
    await recurring({ work: async () => (++times === 3 ? 'over' : undefined) }).run(new AbortController().signal);
    expect(times).toBe(3);
  });

  it('is never under way twice, however short the interval and however often it is woken', async () => {
    const [running, most] = [new Set<number>(), new Set<number>()];
    let times = 0;
    const loop = recurring({
      everyMs: 0,
      work: async () => {
        const mine = ++times;
        most.add(running.add(mine).size);
        loop.wake();
        for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
        running.delete(mine);
        return mine < 10 ? undefined : 'over';
      },
    });
    loop.start();
    loop.start();
    while (times < 10) await new Promise((resolve) => setImmediate(resolve));
    await loop.stop();
    expect([...most]).toEqual([1]);
  });

  it('is done at once when it is woken', async () => {
    const { work, time } = heldWork();
    const loop = recurring({ everyMs: LONG, first: 'later', work });
    loop.start();
    loop.wake();
    (await time(1)).end();
    loop.wake();
    (await time(2)).end();
    await loop.stop();
  });

  it('goes on after a failure, and tells its cause each time', async () => {
    const causes: string[] = [];
    let times = 0;
    const work = async () => {
      if (++times < 3) throw new Error(`failure ${times}`);
      return 'over' as const;
    };
    await recurring({ work, failed: (cause) => causes.push(cause) }).run(new AbortController().signal);
    expect(causes).toEqual([expect.stringContaining('failure 1'), expect.stringContaining('failure 2')]);
  });

  it('stops only when what is under way has ended, and does nothing after that', async () => {
    const { begun, work, time } = heldWork();
    const loop = recurring({ everyMs: 0, work });
    loop.start();
    const first = await time(1);
    const told: string[] = [];
    const stopping = loop.stop().then(() => told.push('stopped'));
    // More than a loop would need that waits for nothing.
    for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
    told.push('ended');
    first.end();
    await stopping;
    expect([told, begun.length]).toEqual([['ended', 'stopped'], 1]);
  });

  it('stops in an interval, and before its first time', async () => {
    const { begun, work, time } = heldWork();
    const loop = recurring({ everyMs: LONG, work });
    loop.start();
    (await time(1)).end();
    await loop.stop();
    const later = recurring({ everyMs: LONG, first: 'later', work });
    later.start();
    await later.stop();
    expect(begun).toHaveLength(1);
  });

  it('stops when it was never started, and never starts after that', async () => {
    const { begun, work } = heldWork();
    const loop = recurring({ work });
    await loop.stop();
    loop.start();
    await loop.stop();
    expect(begun).toHaveLength(0);
  });
});
