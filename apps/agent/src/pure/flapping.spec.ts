import { describe, expect, it } from '@jest/globals';
import type { ObservedWorkload } from '@orrery/shared/contracts';
import type { Step } from '@orrery/shared/machine';
import { attach } from '../../../../test/support/agent/items.js';
import { known, observed, unknown, workload } from '../../../../test/support/agent/observed.js';
import { Flapping } from './flapping.js';

const { attachment, items } = attach();
const ID = workload().engineId;
const at = (ms: number) => new Date(ms).toISOString();
const start: Step = { step: 'start-container', node: attachment.node, item: attachment.id, engineId: 'e' };
const stop: Step = { ...start, step: 'stop-container' };

function workloads() {
  const flapping = new Flapping();
  let seen = observed();
  const look = (now: number, more: Partial<ObservedWorkload> = {}) => {
    seen = observed({ workloads: known([workload({ restarts: 0, startedAt: at(0), ...more })]) });
    return flapping.observed(seen.workloads, now).get(ID);
  };
  /** Ends and is started again this often, once a second, by its restart policy. */
  const ends = (times: number, from = 0) => {
    let flap;
    for (let count = 1; count <= times; count++)
      flap = look(from + count * 1_000, { restarts: count, startedAt: at(from + count * 1_000) });
    return flap;
  };
  return { flapping, look, ends, nextAt: (step: Step) => flapping.nextAt(step, items, seen) };
}

describe('a workload that its restart policy starts again and again', () => {
  it.each([
    [4, 2_000],
    [5, 4_000],
    [8, 32_000],
    [9, 60_000],
    [12, 60_000],
  ])('has its node wait for it after %s restarts, for %s ms', (times, pause) => {
    const { look, ends, nextAt } = workloads();
    look(0);
    expect(ends(times)).toEqual({ times, nextAt: times * 1_000 + pause, isHeld: true });
    expect(nextAt(start)).toBe(times * 1_000 + pause);
    const still = { restarts: times, startedAt: at(times * 1_000) };
    expect(look(times * 1_000 + pause - 1, still)?.isHeld).toBe(true);
    expect(look(times * 1_000 + pause, still)?.isHeld).toBe(false);
  });

  it('is followed at once the first three times', () => {
    const { look, ends, nextAt } = workloads();
    look(0);
    expect(ends(3)).toBeUndefined();
    expect(nextAt(start)).toBe(0);
  });

  it('is waited for while it is down, and its node is stopped all the same', () => {
    const { look, ends, nextAt } = workloads();
    look(0);
    ends(4);
    expect(look(4_500, { state: 'restarting', restarts: 5, startedAt: at(4_000) })).toMatchObject({
      ...{ times: 5, isHeld: true, nextAt: Infinity },
    });
    expect([nextAt(stop), nextAt(start)]).toEqual([0, Infinity]);
    // The same restart, seen when it runs.
    expect(look(5_000, { restarts: 5, startedAt: at(5_000) })).toMatchObject({ times: 5, nextAt: 9_000 });
  });

  it('holds up only what brings a node to it', () => {
    const { look, ends, nextAt } = workloads();
    look(0);
    ends(4);
    const removal: Step = { ...start, step: 'remove-container', name: 'shop-db-1' };
    expect(nextAt(removal)).toBe(0);
    expect(nextAt({ ...removal, keeps: [] })).toBe(6_000);
    expect(nextAt({ ...start, item: items[1]?.id ?? attachment.id })).toBe(0);
  });

  it('counts for ten minutes after its last restart', () => {
    const { look, ends } = workloads();
    look(0);
    ends(4);
    const still = { restarts: 4, startedAt: at(4_000) };
    expect(look(602_000, still)).toEqual({ times: 4, nextAt: 0, isHeld: false });
    expect(look(603_999, still)).toMatchObject({ times: 4 });
    expect(look(604_000, still)).toBeUndefined();
  });

  it('is no longer one when somebody starts it, also if it has ended again since', () => {
    for (const restarts of [0, 1]) {
      const { look, ends } = workloads();
      look(0);
      expect(ends(5)).toBeDefined();
      expect(look(7_000, { restarts, startedAt: at(7_000) })).toBeUndefined();
    }
  });

  it('is never one when somebody restarts or recreates it, however often', () => {
    const { look } = workloads();
    for (let count = 0; count < 10; count++)
      expect(look(count * 1_000, { startedAt: at(count * 1_000) })).toBeUndefined();
    const { look: other } = workloads();
    for (let count = 0; count < 10; count++)
      expect(other(count * 1_000, { engineId: `${count}`.repeat(64), restarts: count })).toBeUndefined();
  });

  it('does not count what was before the first look, and all that was between two', () => {
    const { look } = workloads();
    expect(look(0, { restarts: 40 })).toBeUndefined();
    expect(look(60_000, { restarts: 44, startedAt: at(59_000) })).toMatchObject({ times: 4 });
  });

  it('stays one while nobody can look', () => {
    const { flapping, look, ends } = workloads();
    look(0);
    ends(4);
    expect(flapping.observed(unknown('docker-unreachable'), 5_000).get(ID)).toMatchObject({ times: 4 });
  });
});
