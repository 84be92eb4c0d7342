import { describe, expect, it } from '@jest/globals';
import { newId } from '@orrery/shared/runtime';
import type { Presence } from '@orrery/shared/contracts';
import { HearingHealth, judge, type Circumstances } from './presence-rules.js';

const host = newId('hst');
const base: Circumstances = { now: 100_000, intervalMs: 1000, startedAt: 0, healthySince: 0 };
const verdict = (presence: Presence, lastHeard: number | undefined, more: Partial<Circumstances> = {}) =>
  judge([{ host, presence, lastHeard }], { ...base, ...more })[0]?.to;

describe('judge', () => {
  it.each(['joined', 'unreachable', 'unknown'] as const)(
    'calls a host that was %s online as soon as it is heard from',
    (presence) => {
      expect(verdict(presence, 99_900)).toBe('online');
    },
  );

  it('leaves a host alone that is online and heard from', () => {
    expect(verdict('online', 97_500)).toBeUndefined();
  });

  it('calls a host unreachable after three missed heartbeats, but not after two', () => {
    expect(verdict('online', 96_999)).toBe('unreachable');
    expect(verdict('online', 97_001)).toBeUndefined();
  });

  it('never calls a host unreachable that was never heard from', () => {
    expect(verdict('joined', undefined)).toBeUndefined();
  });

  it('calls a host unknown while its own link is down, and for three intervals after', () => {
    expect(verdict('online', 50_000, { healthySince: null })).toBe('unknown');
    expect(verdict('online', 50_000, { healthySince: 97_500 })).toBe('unknown');
    expect(verdict('unknown', 50_000, { healthySince: 97_500 })).toBeUndefined();
    expect(verdict('unknown', 50_000, { healthySince: 96_000 })).toBe('unreachable');
  });

  it('keeps a host unreachable when its own link goes down', () => {
    expect(verdict('unreachable', 50_000, { healthySince: null })).toBeUndefined();
  });

  it('waits three intervals after its own start before it judges hosts that it has not heard from', () => {
    expect(verdict('online', undefined, { startedAt: 98_000, healthySince: 98_000 })).toBeUndefined();
    expect(verdict('online', undefined, { startedAt: 96_000, healthySince: 96_000 })).toBe('unreachable');
  });
});

describe('the health of hearing', () => {
  it('starts over when the link is back', () => {
    const health = new HearingHealth(100, 500, true, 0);
    expect(health.since).toBe(0);
    health.link(false, 1000);
    expect(health.since).toBeNull();
    health.link(true, 2000);
    expect(health.since).toBe(2000);
  });

  it('starts over after the event loop stalled, but not after a small delay', () => {
    const health = new HearingHealth(100, 500, true, 0);
    health.tick(100);
    health.tick(650);
    expect(health.since).toBe(0);
    health.tick(60_000);
    expect(health.since).toBe(60_000);
  });

  it('stays bad through ticks while the link is down', () => {
    const health = new HearingHealth(100, 500, false, 0);
    health.tick(60_000);
    expect(health.since).toBeNull();
  });
});
