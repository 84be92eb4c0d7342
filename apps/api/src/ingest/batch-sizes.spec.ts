import { describe, expect, it } from '@jest/globals';
import { newId } from '@orrery/shared/runtime';
import type { Batch } from './batch.js';
import { BatchSizes } from './batch-sizes.js';

const host = newId('hst');
const batchOf = (count: number): Batch => ({
  host,
  epoch: newId('epo'),
  from: 1,
  events: Array.from({ length: count }, (_, n) => ({ seq: n + 1, reason: 'x', type: undefined, raw: Buffer.alloc(0) })),
});

describe('the size of a batch', () => {
  it('stays as it was sent while nothing times out', () => {
    const sizes = new BatchSizes();
    const batch = batchOf(500);
    expect(sizes.isSlow(host)).toBe(false);
    expect(sizes.cut(batch)).toBe(batch);
  });

  it('is halved at each timeout down to one event, doubled at each success, and forgotten when a batch passes whole', () => {
    const sizes = new BatchSizes();
    const batch = batchOf(5);
    sizes.timedOut(sizes.cut(batch));
    expect(sizes.cut(batch).events).toHaveLength(2);
    for (let n = 0; n < 3; n++) sizes.timedOut(sizes.cut(batch));
    expect(sizes.cut(batch).events).toHaveLength(1);
    sizes.passed(batch, sizes.cut(batch));
    expect(sizes.cut(batch).events).toHaveLength(2);
    expect(sizes.isSlow(host)).toBe(true);
    sizes.passed(batchOf(2), sizes.cut(batchOf(2)));
    expect(sizes.isSlow(host)).toBe(false);
  });
});
