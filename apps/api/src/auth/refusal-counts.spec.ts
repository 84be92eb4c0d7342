import { describe, expect, it } from '@jest/globals';
import { RefusalCounts, WINDOW_MS } from './refusal-counts.js';

const refusal = (more = {}) => ({ token: 'tok_1', name: 'ci', operation: 'GET /v1/x', code: 'forbidden', ...more });

describe('refusals of one token at one operation', () => {
  it('are reported at once, then once a minute with their number', () => {
    let now = 1000;
    const counts = new RefusalCounts(() => now);
    expect(counts.note(refusal())).toEqual({ ...refusal(), count: 1, since: 1000, until: 1000 });
    for (let each = 1; each <= 500; each++) {
      now = 1000 + each;
      expect(counts.note(refusal())).toBeUndefined();
    }
    expect(counts.summaries()).toEqual([]);
    now = 1000 + WINDOW_MS;
    expect(counts.summaries()).toEqual([{ ...refusal(), count: 500, since: 1001, until: 1500 }]);
    expect(counts.summaries()).toEqual([]);
  });

  it('are reported at once again after a minute without any', () => {
    let now = 0;
    const counts = new RefusalCounts(() => now);
    counts.note(refusal());
    now += WINDOW_MS;
    expect(counts.summaries()).toEqual([]);
    expect(counts.isKnown(refusal())).toBe(false);
    expect(counts.note(refusal())).toMatchObject({ count: 1 });
  });

  it('are reported separately from those of another token, and of another operation', () => {
    const counts = new RefusalCounts(() => 0);
    const kinds = [{}, { token: 'tok_2' }, { operation: 'PATCH /v1/x' }, { code: 'unknown-host' }];
    expect(kinds.map((more) => counts.note(refusal(more))?.count)).toEqual([1, 1, 1, 1]);
  });

  it('are not lost when the process ends', () => {
    const counts = new RefusalCounts(() => 0);
    counts.note(refusal());
    counts.note(refusal());
    expect(counts.summaries({ all: true })).toMatchObject([{ count: 1 }]);
  });

  it('use bounded memory, whatever is requested', () => {
    const counts = new RefusalCounts(() => 0);
    const told = Array.from({ length: 2000 }, (_all, each) => counts.note(refusal({ operation: `GET /${each}` })));
    expect(told.filter((one) => one !== undefined)).toHaveLength(501);
    expect(counts.summaries({ all: true })).toMatchObject([{ operation: 'other operations', count: 1499 }]);
  });
});
