import { describe, expect, it } from '@jest/globals';
import { AwayClock } from './presence-rules.js';

const clockAt = (start: number, stepMs = 1000) => {
  const clock = new AwayClock(stepMs);
  clock.take(start, 0);
  return clock;
};

describe('the time during which hosts were unreachable', () => {
  it('starts at the first call, and is returned in steps without losing any of it', () => {
    const clock = clockAt(5000);
    expect([5900, 6200, 6900, 7250].map((now) => clock.take(now, 0))).toEqual([0, 1200, 0, 1050]);
  });

  it('stops while no heartbeat can be received, and until the judge can decide again', () => {
    const clock = clockAt(5000);
    expect(clock.take(8000, null)).toBe(0);
    expect(clock.take(20_000, 21_000)).toBe(0);
    expect(clock.take(22_000, 21_000)).toBe(0);
    expect(clock.take(23_000, 21_000)).toBe(1000);
  });

  it('leaves out a pause that began and ended between two calls', () => {
    expect(clockAt(5000).take(60_000, 58_000)).toBe(2000);
  });

  it('starts over after another process has counted', () => {
    const clock = clockAt(5000);
    clock.stop();
    expect(clock.take(60_000, 0)).toBe(0);
    expect(clock.take(61_000, 0)).toBe(1000);
  });
});
