import { describe, expect, it } from '@jest/globals';
import { judgeProbation, type Course } from './decide-probation.js';

const TIMES = { windowMs: 60_000, settleMs: 10_000 };
const judge = (course: Partial<Course>) =>
  judgeProbation({ endedAt: 1_000_000, changedAt: 0, heardAt: 999_000, now: 1_000_000, ...course }, TIMES);

describe('a step that affects the connection to the API', () => {
  it('is on trial while it runs, and until its window is over', () => {
    expect(judge({ endedAt: undefined, now: 9_000_000 })).toBe('on-trial');
    expect(judge({ now: 1_059_999 })).toBe('on-trial');
  });

  it('is confirmed by the answer to a question asked after its effect, and not by an earlier one', () => {
    expect(judge({ now: 1_012_000, heardAt: 1_010_000 })).toBe('confirmed');
    expect(judge({ now: 1_012_000, heardAt: 1_009_999 })).toBe('on-trial');
  });

  it('is rolled back when no answer came, and not when one came late but in time', () => {
    expect(judge({ now: 1_060_000, heardAt: 1_000_000 })).toBe('rolled-back');
    expect(judge({ now: 1_061_000, heardAt: 1_059_000 })).toBe('confirmed');
  });

  it('counts from the last change of the interface, and at the latest from the end of its own window', () => {
    expect(judge({ changedAt: 1_030_000, now: 1_061_000, heardAt: 1_035_000 })).toBe('on-trial');
    expect(judge({ changedAt: 1_030_000, now: 1_090_000, heardAt: 1_035_000 })).toBe('rolled-back');
    expect(judge({ changedAt: 1_119_000, now: 1_120_000 })).toBe('rolled-back');
  });
});
