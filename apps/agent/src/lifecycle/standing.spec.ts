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

describe('a host that is refused', () => {
  it('asks again when its ban is over, however often it has asked before', () => {
    expect(range(1, refusal('too-many-requests', 30))).toEqual([30_000, 45_000]);
    expect(range(5, refusal('too-many-requests', 2))).toEqual([2_000, 3_000]);
  });

  it('never waits longer than for an API that is unreachable', () => {
    expect(range(1, refusal('too-many-requests', 86_400))).toEqual([96_000, 144_000]);
  });

  it.each([
    ['is unreachable', refusal('api-unreachable')],
    ['is busy', refusal('store-unavailable', 5)],
    ['names no time', refusal('too-many-requests')],
  ])('asks an API that %s with growing pauses', (_what, error) => {
    expect(range(1, error)).toEqual([4_000, 6_000]);
    expect(range(4, error)).toEqual([32_000, 48_000]);
  });
});
