import { describe, expect, it } from '@jest/globals';
import { partitionOf, planPartitions } from './partitions.js';

const now = Date.parse('2026-02-27T23:59:59.999Z');

describe('partitionOf', () => {
  it('returns the UTC day of a moment', () => {
    expect(partitionOf(now)).toEqual({
      name: 'events_20260227',
      from: '2026-02-27T00:00:00.000Z',
      to: '2026-02-28T00:00:00.000Z',
    });
    expect(partitionOf(now + 1).name).toBe('events_20260228');
  });
});

describe('planPartitions', () => {
  it('creates the missing partitions of today and the coming days, even across the end of a month', () => {
    const { make } = planPartitions(['events_20260227', 'events_default'], now, 3, 10);
    expect(make.map(({ name }) => name)).toEqual(['events_20260228', 'events_20260301', 'events_20260302']);
  });

  it('drops whole days that are older than the retention, and nothing else', () => {
    const existing = ['events_20260216', 'events_20260217', 'events_20260227', 'events_default', 'events_x'];
    expect(planPartitions(existing, now, 0, 10).drop).toEqual(['events_20260216']);
  });

  it('does nothing when everything is done', () => {
    const { make } = planPartitions([], now, 7, 400);
    expect(
      planPartitions(
        make.map(({ name }) => name),
        now,
        7,
        400,
      ),
    ).toEqual({ make: [], drop: [] });
  });
});
