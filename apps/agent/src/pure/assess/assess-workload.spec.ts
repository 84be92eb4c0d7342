import { describe, expect, it } from '@jest/globals';
import { attachmentItem } from '../../../../../test/support/agent/items.js';
import { idFrom } from '@orrery/shared/contracts';
import { known, observed, unknown, workload } from '../../../../../test/support/agent/observed.js';
import { assessWorkload } from './assess-workload.js';

const item = attachmentItem();
const idOf = (number: number) => idFrom('itm', new Uint8Array(20).fill(number));
const outcome = (...workloads: ReturnType<typeof workload>[]) =>
  assessWorkload(item, { items: [item], observed: observed({ workloads: known(workloads) }) })?.outcome;

describe('a workload', () => {
  it('holds up nothing when it runs', () => {
    expect(outcome(workload())).toBeUndefined();
  });

  it.each([
    ['is not there', [], 'there is no container shop/db/1 on this host'],
    ['is another one', [workload({ workload: 'shop/db/2' })], 'there is no container shop/db/1 on this host'],
    ['has ended', [workload({ state: 'exited' })], 'the container shop-db-1 does not run: it is exited'],
    ['is paused', [workload({ state: 'paused' })], 'the container shop-db-1 is paused'],
  ])('is waited for when it %s', (_how, workloads, cause) => {
    expect(outcome(...workloads)).toMatchObject({ kind: 'waiting', code: 'workload', cause });
  });

  it('that is unsuitable fails its attachment with the cause and the fix of the host', () => {
    const unsuitable = { code: 'workload-unsuitable' as const, cause: 'it is in the host network', fix: 'move it' };
    expect(outcome(workload({ unsuitable, state: 'exited' }))).toEqual({ kind: 'failed', ...unsuitable });
  });

  it('that cannot be looked for fails its attachment as the engine does', () => {
    const seen = observed({ workloads: unknown('docker-unreachable') });
    expect(assessWorkload(item, { items: [item], observed: seen })?.outcome).toMatchObject({
      kind: 'failed',
      code: 'docker-unreachable',
    });
  });

  it('that another item attaches already fails the attachment, and one that nobody may attach does not', () => {
    const [first, second] = [
      attachmentItem({ id: idOf(1), name: 'by-name', workload: 'shop-db-1' }),
      attachmentItem({ id: idOf(2) }),
    ];
    const seen = observed({ workloads: known([workload(), workload({ workload: 'shop-db-1' })]) });
    const items = [first, second];
    expect(assessWorkload(second, { items, observed: seen })?.outcome).toEqual({
      ...{ kind: 'failed', code: 'workload-unsuitable' },
      cause: 'the container shop-db-1 is attached already, by by-name',
      fix: expect.stringContaining('`orrery join HOST/by-name NETWORK`'),
    });
    expect(assessWorkload(first, { items, observed: seen })).toBeUndefined();
    const denial = { rule: 'networks.deny', cause: 'c', fix: 'f', isOfContainer: false, holdMs: 0 };
    const denials = new Map([[first.id, denial]]);
    expect(assessWorkload(second, { items, observed: seen, denials })).toBeUndefined();
  });

  it.each([
    ['running', true, 'was restarted 5 times by its restart policy'],
    ['restarting', true, 'was restarted 5 times by its restart policy'],
    ['exited', true, 'does not run: it is exited'],
    ['running', false, undefined],
  ] as const)('that flaps and is %s is waited for while it is held up: %s', (state, isHeld, cause) => {
    const seen = workload({ state });
    const flaps = new Map([[seen.engineId, { times: 5, nextAt: 0, isHeld }]]);
    const assessed = assessWorkload(item, { items: [item], observed: observed({ workloads: known([seen]) }), flaps });
    if (cause === undefined) expect(assessed).toBeUndefined();
    else expect(assessed?.outcome).toMatchObject({ kind: 'waiting', cause: expect.stringContaining(cause) });
  });
});
