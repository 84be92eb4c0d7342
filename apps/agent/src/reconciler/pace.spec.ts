import { describe, expect, it } from '@jest/globals';
import { FAST_MS, pauseMs, type Situation } from './pace.js';

const quiet: Situation = { busyLanes: 0, unsettled: 0, waiting: 0, quietFor: 3_600_000, nextTryIn: undefined };

describe('pauseMs', () => {
  it('is long when all is quiet', () => {
    expect(pauseMs(quiet)).toBe(5_000);
  });

  it('is short while a step runs, an item is on its way, or something has just changed', () => {
    for (const more of [{ busyLanes: 1 }, { unsettled: 1, quietFor: 5_000 }, { quietFor: 100 }])
      expect(pauseMs({ ...quiet, ...more })).toBe(FAST_MS);
  });

  it('watches closely for an authorization that was asked for lately, and less so after a while', () => {
    const lately = pauseMs({ ...quiet, waiting: 1, quietFor: 60_000 });
    const later = pauseMs({ ...quiet, waiting: 1 });
    expect(lately).toBeLessThanOrEqual(1_000);
    expect(later).toBeGreaterThan(lately);
    expect(later).toBeLessThan(5_000);
  });

  it('does not look for ever fast at an item that does not come true', () => {
    expect(pauseMs({ ...quiet, unsettled: 1 })).toBe(5_000);
  });

  it('ends when a step may be tried again', () => {
    expect(pauseMs({ ...quiet, nextTryIn: 1_200 })).toBe(1_200);
    expect(pauseMs({ ...quiet, nextTryIn: 60_000 })).toBe(5_000);
    expect(pauseMs({ ...quiet, nextTryIn: 0 })).toBeGreaterThan(0);
  });
});
