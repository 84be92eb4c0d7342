import { describe, expect, it } from '@jest/globals';
import { AppError } from '@orrery/shared/runtime';
import { askAgainMs } from './standing.js';

const refusal = (code: string, retryAfter?: number) =>
  new AppError({
    code,
    kind: 'operational',
    cause: 'no',
    ...(retryAfter === undefined ? {} : { details: { retryAfter } }),
  });
const range = (attempt: number, error: unknown) => [0, 1].map((random) => askAgainMs(attempt, error, () => random));

describe('a host that is not let in', () => {
  it('that was cut off for a while asks again when that is over, however often it asked before', () => {
    expect(range(1, refusal('too-many-requests', 30))).toEqual([30_000, 45_000]);
    expect(range(5, refusal('too-many-requests', 2))).toEqual([2_000, 3_000]);
  });

  it('never waits longer than it does for an API that is away', () => {
    expect(range(1, refusal('too-many-requests', 86_400))).toEqual([96_000, 144_000]);
  });

  it.each([
    ['is away', refusal('api-unreachable')],
    ['is busy', refusal('store-unavailable', 5)],
    ['says nothing of time', refusal('too-many-requests')],
  ])('asks an API that %s ever more seldom', (_what, error) => {
    expect(range(1, error)).toEqual([4_000, 6_000]);
    expect(range(4, error)).toEqual([32_000, 48_000]);
  });
});
