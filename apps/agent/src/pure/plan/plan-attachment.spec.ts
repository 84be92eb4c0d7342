import { describe, expect, it } from '@jest/globals';
import { idFrom, type ObservedContainer, type ObservedWorkload } from '@orrery/shared/contracts';
import fc from 'fast-check';
import { attach } from '../../../../../test/support/agent/items.js';
import {
  container,
  known,
  membership,
  node,
  observed,
  unknown,
  workload,
} from '../../../../../test/support/agent/observed.js';
import { DEFAULT_IMAGE, expectSteps, facts } from '../../../../../test/support/agent/steps.js';
import { isOfPresentContainer } from './plan-container.js';
import { planToTheEnd } from './plan-predict.js';

const { attachment, membership: inLab, items } = attach();
const made = facts({ images: [DEFAULT_IMAGE], identities: [attachment.node] });
const AFTER = '2026-11-29T10:00:01.000Z';
const inside = workload().engineId;

/** `own`: the container of the attachment, if there is one; started after its workload. */
const seen = (workloads: ObservedWorkload[], own?: Partial<ObservedContainer>) =>
  observed({
    containers: known(own ? [container(attachment, { inside, startedAt: AFTER, ...own })] : []),
    workloads: known(workloads),
    nodes: own ? [node(attachment.node, { memberships: known([membership()]) })] : [],
  });

describe('plan for an attachment', () => {
  it('creates its container in the namespace of a workload that runs', () => {
    const { steps, toBe } = expectSteps(items, seen([workload()]), made);
    toBe('create-container', 'start-container');
    expect(steps[0]).toMatchObject({ blueprint: { inside: { workload: 'shop/db/1', engineId: inside } } });
    expectSteps(items, seen([workload()])).toBe('pull-image', 'mint-identity', 'create-container', 'start-container');
  });

  it('does nothing while there is no workload, it does not run, it is unsuitable, or nobody looked', () => {
    expectSteps(items, seen([]), made).toBeNone();
    expectSteps(items, seen([workload({ state: 'exited' })]), made).toBeNone();
    const unsuitable = { code: 'workload-unsuitable' as const, cause: 'host network', fix: 'none' };
    expectSteps(items, seen([workload({ unsuitable })]), made).toBeNone();
    expectSteps(items, observed(), made).toBeNone();
    expectSteps(items, observed({ workloads: unknown('docker-unreachable') }), made).toBeNone();
  });

  it('does nothing when all is as it should be', () => {
    expectSteps(items, seen([workload()], {}), made).toBeNone();
  });

  it('stops with its workload, and starts again with it', () => {
    expectSteps(items, seen([workload({ state: 'exited' })], {}), made).toBe('stop-container');
    expectSteps(items, seen([workload({ state: 'exited' })], { state: 'exited' }), made).toBeNone();
    expectSteps(items, seen([workload()], { state: 'exited' }), made).toBe('start-container');
  });

  it('leaves it alone while the workload is paused, because the namespace stays', () => {
    expectSteps(items, seen([workload({ state: 'paused' })], {}), made).toBeNone();
  });

  it('moves into the new namespace of a workload that was started again, whatever its daemon says', () => {
    const again = seen([workload({ startedAt: '2026-11-29T11:00:00.000Z' })], {});
    expectSteps(items, again, made).toBe('stop-container', 'start-container');
    expect(isOfPresentContainer(inLab, { items, observed: again, facts: {} })).toBe(false);
    // The clock was set back in between, but the namespaces show it.
    expectSteps(items, seen([workload()], { apart: true }), made).toBe('stop-container', 'start-container');
    expect(isOfPresentContainer(inLab, { items, observed: seen([workload()], {}), facts: {} })).toBe(true);
  });

  it('is made anew for another container of the workload, with its network configurations', () => {
    const { steps, toBe } = expectSteps(items, seen([workload({ engineId: 'f'.repeat(64) })], {}), made);
    toBe('remove-container', 'create-container', 'start-container');
    expect(steps[0]).toMatchObject({ keeps: [inLab.network] });
  });

  it('stops, and is kept, while another container of the workload does not run yet', () => {
    const next = workload({ engineId: 'f'.repeat(64), state: 'created', startedAt: null });
    expectSteps(items, seen([next], {}), made).toBe('stop-container');
    expectSteps(items, seen([next], { state: 'exited' }), made).toBeNone();
  });

  it('is removed when its workload is gone, and keeps its identity', () => {
    const { steps, toBe } = expectSteps(items, seen([], {}), made);
    toBe('remove-container');
    // It can be back in a moment, and then has its addresses at once.
    expect(steps[0]).toMatchObject({ keeps: [inLab.network] });
  });

  it('is removed with its identity when nobody wants it any more', () => {
    const absent = items.map((item) => ({ ...item, intent: 'absent' as const }));
    expectSteps(absent, seen([workload()], {}), made).toBe('remove-container', 'forget-identity');
  });

  it('comes to rest from any state, in the namespace that the workload has now', () => {
    const states = fc.constantFrom(...(['created', 'running', 'paused', 'exited', 'dead'] as const));
    const times = fc.constantFrom('2026-11-29T09:00:00.000Z', '2026-11-29T10:00:00.000Z', AFTER);
    const containers = fc.record({ state: states, startedAt: times, inside: fc.constantFrom(inside, 'f'.repeat(64)) });
    const workloads = fc.record({ state: states, startedAt: times, engineId: fc.constantFrom(inside, 'f'.repeat(64)) });
    fc.assert(
      fc.property(fc.option(containers, { nil: undefined }), fc.option(workloads, { nil: undefined }), (own, other) => {
        const steps = planToTheEnd(items, seen(other ? [workload(other)] : [], own), made);
        expect(steps.length).toBeLessThan(5);
        for (const step of steps)
          if (step.step === 'create-container') expect(step.blueprint.inside?.engineId).toBe(other?.engineId);
        const starts = steps.some(({ step }) => step === 'start-container');
        if (other?.state !== 'running') expect(starts).toBe(false);
      }),
      { numRuns: 500 },
    );
  });
});

describe('plan for two attachments of one container', () => {
  const idOf = (number: number) => idFrom('itm', new Uint8Array(20).fill(number));
  const byName = attach({ id: idOf(1), name: 'by-name', workload: 'shop-db-1' });
  const byService = attach({ id: idOf(2), name: 'by-service' });
  const both = [...byService.items, ...byName.items];
  const at = facts({
    images: [DEFAULT_IMAGE],
    identities: [byName.attachment.node, byService.attachment.node],
  });
  const state = (workloads: ObservedWorkload[], ...containers: ObservedContainer[]) =>
    observed({ containers: known(containers), workloads: known(workloads) });
  const same = [workload(), workload({ workload: 'shop-db-1' })];
  const nodeOf = (seen: ReturnType<typeof observed>, of = both) =>
    expectSteps(of, seen, at).steps.map(({ step, node: of }) => [
      step,
      of === byName.attachment.node ? 'by-name' : 'by-service',
    ]);

  it('creates that with the lower ID alone, in whatever order they come', () => {
    const once = [
      ['create-container', 'by-name'],
      ['start-container', 'by-name'],
    ];
    expect(nodeOf(state(same))).toEqual(once);
    expect(nodeOf(state(same), both.toReversed())).toEqual(once);
  });

  it('leaves the one that is inside already, and removes the container of the other', () => {
    const own = container(byService.attachment, { inside, startedAt: AFTER });
    expect(nodeOf(state(same, own))).toEqual([]);
    const old = container(byName.attachment, { inside: 'f'.repeat(64), startedAt: AFTER });
    expect(nodeOf(state(same, own, old))).toEqual([['remove-container', 'by-name']]);
    const second = container(byName.attachment, { inside, startedAt: AFTER });
    expect(nodeOf(state(same, own, second))).toEqual([['remove-container', 'by-service']]);
  });

  it('creates both if they are two containers, and the other once the first is not wanted any more', () => {
    const two = [workload(), workload({ workload: 'shop-db-1', engineId: 'e'.repeat(64) })];
    expect(new Set(nodeOf(state(two)).map(([, name]) => name))).toEqual(new Set(['by-name', 'by-service']));
    const gone = both.map((item) =>
      item.node === byName.attachment.node ? { ...item, intent: 'absent' as const } : item,
    );
    expect(nodeOf(state(same), gone)).toContainEqual(['create-container', 'by-service']);
  });
});
