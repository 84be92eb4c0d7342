import { describe, expect, it } from '@jest/globals';
import { LinkDrops } from './link-drops.js';

describe('lost connections', () => {
  it('count for ten minutes; those that are made do not count', () => {
    let now = 0;
    let tell: (connected: boolean) => void = () => undefined;
    const bus = {
      onStatus: (listener: (connected: boolean) => void) => {
        tell = listener;
        return () => undefined;
      },
    };
    const drops = new LinkDrops(bus, () => now);
    for (const connected of [true, false, true, false]) tell(connected);
    expect(drops.lately).toBe(2);
    now = 9 * 60_000;
    tell(false);
    expect([drops.lately, drops.areMany]).toEqual([3, false]);
    for (const connected of [true, false, true, false]) tell(connected);
    expect([drops.lately, drops.areMany]).toEqual([5, true]);
    now = 11 * 60_000;
    expect([drops.lately, drops.areMany]).toEqual([3, false]);
  });
});
