import { describe, expect, it } from '@jest/globals';
import type { Item, ObservedState } from '@orrery/shared/contracts';
import { attach, launch, membershipItem } from '../../../../../test/support/agent/items.js';
import {
  container,
  known,
  membership,
  node,
  observed,
  unknown,
  workload,
} from '../../../../../test/support/agent/observed.js';
import { findCauses, isUndetermined } from './findings.js';
import type { FindingsInput } from './found-cause.js';

const OTHER = '8056c2e21c0000ff';
const found = (items: readonly Item[], state: ObservedState, more: Partial<FindingsInput> = {}) =>
  findCauses({
    ...{ items, observed: state, hasIdentity: () => true, outcome: () => undefined, tries: () => 0 },
    ...{ clockSkewMs: undefined, cloned: false, damage: [] },
    ...more,
  }).filter(({ code }) => code === 'membership-unexpected' || code === 'workload-flapping');

describe('a node of Orrery in a network that nobody named', () => {
  const { attachment, items } = attach();
  const joined = [membership(), membership({ network: OTHER, status: 'ACCESS_DENIED' })];
  const state = (own = container(attachment), memberships = joined) =>
    observed({ containers: known([own]), nodes: [node(own.node, { memberships: known(memberships) })] });

  it('is a finding of that node and network, with the status', () => {
    expect(found(items, state())).toEqual([
      expect.objectContaining({
        ...{ code: 'membership-unexpected', severity: 'warning', node: attachment.node, network: OTHER, item: null },
        cause: `zerotier-one is in the network ${OTHER} (ACCESS_DENIED), which nobody named`,
        fix: expect.stringContaining('`orrery restart HOST/NAME`'),
        holdMs: 6_000,
      }),
    ]);
    const launched = launch();
    expect(found(launched.items, state(container(launched.container)))).toHaveLength(1);
  });

  it('is none if an item names it, also one that is about to leave', () => {
    for (const intent of ['present', 'absent'] as const) {
      const named = membershipItem({ node: attachment.node, network: OTHER, intent });
      expect(found([...items, named], state())).toEqual([]);
    }
    // The control: the item of another node does not.
    expect(found([...items, membershipItem({ node: launch().container.node, network: OTHER })], state())).toHaveLength(
      1,
    );
  });

  it('is none on the host itself, in a container that is not ours, or in one that is being removed', () => {
    const host = node(attachment.node, { kind: 'host', memberships: known(joined) });
    expect(found([membershipItem({ node: host.node, nodeKind: 'host' })], observed({ nodes: [host] }))).toEqual([]);
    expect(found(items, state(container(attachment, { ours: false })))).toEqual([]);
    expect(found([{ ...attachment, intent: 'absent' }], state())).toEqual([]);
  });

  it('stays while the node cannot be seen', () => {
    const about = { node: attachment.node, network: OTHER, code: 'membership-unexpected' } as const;
    const unseen = node(attachment.node, { memberships: unknown() });
    expect(isUndetermined(about, observed({ nodes: [unseen] }))).toBe(true);
    expect(isUndetermined(about, state())).toBe(false);
  });
});

describe('a workload that flaps', () => {
  const { attachment, items } = attach();
  const seen = observed({ workloads: known([workload()]) });
  const flaps = new Map([[workload().engineId, { times: 5, nextAt: 0, isHeld: false }]]);

  it('is a finding of its attachment, with the number of restarts', () => {
    expect(found(items, seen, { flaps })).toEqual([
      expect.objectContaining({
        ...{ code: 'workload-flapping', severity: 'warning', node: attachment.node, item: attachment.id },
        cause: 'the container shop-db-1 was restarted 5 times within 10 minutes by its restart policy',
      }),
    ]);
  });

  it('is none without an attachment, and without restarts', () => {
    expect(found([{ ...attachment, intent: 'absent' }], seen, { flaps })).toEqual([]);
    expect(found(items, seen, { flaps: new Map() })).toEqual([]);
    expect(found(items, observed({ workloads: known([]) }), { flaps })).toEqual([]);
  });

  it('stays while the engine cannot be asked', () => {
    const about = { node: attachment.node, network: null, code: 'workload-flapping' } as const;
    expect(isUndetermined(about, observed({ workloads: unknown('docker-unreachable') }))).toBe(true);
    expect(isUndetermined(about, seen)).toBe(false);
  });
});
