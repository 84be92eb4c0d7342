import { describe, expect, it } from '@jest/globals';
import type { ObservedWorkload } from '@orrery/shared/contracts';
import { known, observed, unknown, workload } from '../../../../../test/support/agent/observed.js';
import { inventoryHash } from '../../reconciler/inventory-hash.js';
import { diff } from './diff.js';
import { needsSnapshot, remember } from './remember.js';
import { underPressure } from './under-pressure.js';

const seen = (...workloads: ObservedWorkload[]) => observed({ workloads: known(workloads) });
const unseen = observed({ workloads: unknown('docker-unreachable') });
const types = (before: Parameters<typeof diff>[0], after: Parameters<typeof diff>[1]) =>
  diff(before, after).map(({ type }) => type);
const LATER = '2026-11-29T11:00:00.000Z';

describe('facts about workloads', () => {
  it('tell of one that is new, once, and of one that is gone', () => {
    expect(diff(seen(), seen(workload()))).toEqual([
      { type: 'workload.found', data: { workload: 'shop/db/1', after: workload() } },
    ]);
    expect(diff(seen(workload()), seen())).toEqual([
      { type: 'workload.removed', data: { workload: 'shop/db/1', after: null } },
    ]);
  });

  it.each<[string, Partial<ObservedWorkload>, Partial<ObservedWorkload>, string[]]>([
    ['starts', { state: 'exited' }, {}, ['workload.started']],
    ['was restarted in between', {}, { startedAt: LATER }, ['workload.started']],
    ['was recreated in between', {}, { engineId: 'e'.repeat(64) }, ['workload.started']],
    ['was restarted while it was paused', { state: 'paused' }, { startedAt: LATER }, ['workload.started']],
    ['ends', {}, { state: 'exited' }, ['workload.stopped']],
    ['ends and is about to be restarted', {}, { state: 'restarting' }, ['workload.stopped']],
    ['is killed while it is paused', { state: 'paused' }, { state: 'exited' }, ['workload.stopped']],
    ['is paused', {}, { state: 'paused' }, ['workload.changed']],
    ['is resumed', { state: 'paused' }, {}, ['workload.changed']],
    ['was recreated and does not run yet', { state: 'exited' }, { state: 'created' }, ['workload.changed']],
    ['wears other labels', {}, { labels: { 'orrery.network': 'other' } }, ['workload.changed']],
    ['is denied', {}, { denied: { code: 'policy-denied', cause: 'c', fix: 'f' } }, ['workload.changed']],
    ['stays as it is', {}, {}, []],
  ])('tell how one %s', (_how, before, after, facts) => {
    expect(types(seen(workload(before)), seen(workload(after)))).toEqual(facts);
  });

  it('tell nothing of what is unknown, and everything once it is known again', () => {
    expect(types(seen(workload()), unseen)).toEqual([]);
    const before = remember(seen(workload()), unseen);
    expect(types(before, seen())).toEqual(['workload.removed']);
    expect(types(undefined, seen(workload()))).toEqual([]);
    // What was there before the first look that reached the engine is no news: a snapshot tells of it.
    expect(types(unseen, seen(workload()))).toEqual([]);
    expect(needsSnapshot(unseen, seen(workload()))).toBe(true);
  });

  it('tell of all workloads after an agent that did not look for any', () => {
    expect(types(observed(), seen(workload()))).toEqual(['workload.found']);
    expect(types(remember(observed(), seen(workload())), seen(workload()))).toEqual([]);
    // The control: an agent that looks for none says nothing of them, and forgets none.
    expect(types(seen(workload()), observed())).toEqual([]);
    expect(remember(seen(workload()), observed()).workloads).toEqual(known([workload()]));
  });

  it('are summed up while the journal is full', () => {
    const [first, second] = [seen(workload({ state: 'exited' })), seen(workload())];
    const pressed = underPressure(seen(), first, diff(seen(), first));
    expect(pressed.facts).toEqual([]);
    expect(types(pressed.before, second)).toEqual(['workload.found']);
  });

  it('count for the hash of the inventory, in any order', () => {
    const [one, other] = [workload(), workload({ workload: 'shop/web/1' })];
    expect(inventoryHash(seen(one, other))).toBe(inventoryHash(seen(other, one)));
    expect(inventoryHash(seen(one))).not.toBe(inventoryHash(seen(one, other)));
  });
});
