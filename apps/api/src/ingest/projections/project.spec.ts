import { describe, expect, it } from '@jest/globals';
import type { AgentFact, NodeId, ObservedContainer, ObservedWorkload } from '@orrery/shared/contracts';
import { newId } from '@orrery/shared/runtime';
import { aMembership, anInterface, aSnapshot, membershipFact, NETWORK } from '../../../../../test/support/reports.js';
import { refsOfFact } from '../event-refs.js';
import { ObservedChanges, keyOf } from './observed-changes.js';
import { project } from './project.js';

const host = newId('hst');
const [node, inContainer, stranger] = [newId('nod'), newId('nod'), newId('nod')];
const OTHER = '8056c2e21c000002';
const AT = '2026-05-01T10:00:00.000Z';

function after(...facts: AgentFact[]): ObservedChanges {
  const changes = new ObservedChanges();
  const epoch = newId('epo');
  facts.forEach((fact, index) =>
    project(
      changes,
      { host, epoch, ordinal: 1, seq: index + 1, at: AT, happenedAt: new Date(AT), fact, refs: refsOfFact(fact) },
      (id) => id !== stranger,
    ),
  );
  return changes;
}

const container = (id: NodeId): ObservedContainer => ({
  item: newId('itm'),
  node: id,
  name: 'demo',
  ours: true,
  engineId: 'abc',
  state: 'running',
  image: 'zerotier/zerotier:1.14.2',
  imageId: 'sha256:1',
  incarnation: 0,
  limits: { memoryMb: 256, pids: 128 },
  startedAt: AT,
  exitCode: null,
  oomKilled: false,
});
const removed = (id: NodeId): AgentFact => ({
  type: 'container.removed',
  data: { node: id, name: 'demo', item: newId('itm'), after: null },
});

describe('project', () => {
  it('keeps the last report about a membership', () => {
    const changes = after(
      membershipFact('authorization.requested', node, aMembership({ status: 'ACCESS_DENIED' })),
      membershipFact('authorization.granted', node, aMembership({ status: 'OK' })),
    );
    expect([...changes.memberships]).toMatchObject([[keyOf(node, NETWORK), { status: 'OK', seq: 2, ordinal: 1 }]]);
  });

  it('deletes rows that are gone', () => {
    const changes = after(membershipFact('network.left', node, null));
    expect([...changes.memberships]).toEqual([[keyOf(node, NETWORK), null]]);
  });

  it('keeps what a daemon reported about itself when it no longer answers', () => {
    const daemon = { address: '89e92ceee5', version: '1.14.2', online: true };
    const changes = after(
      { type: 'node.up', data: { node, after: daemon } },
      { type: 'node.down', data: { node, after: null, cause: 'it died' } },
    );
    expect(changes.nodes.get(node)).toMatchObject({
      state: 'down',
      cause: 'it died',
      address: '89e92ceee5',
      online: null,
    });
  });

  it('deletes the daemon, the memberships and the interfaces of a container that was removed', () => {
    const changes = after(membershipFact('network.joined', inContainer, aMembership()), removed(inContainer));
    expect(changes.containers.get(inContainer)).toBeNull();
    expect(changes.nodes.get(inContainer)).toBeNull();
    expect(changes.memberships.get(keyOf(inContainer, NETWORK))).toBeNull();
    expect(changes.sweeps.interfaces.get(inContainer)).toEqual({ owner: inContainer, keep: [] });
  });

  it('keeps what a router lets through and hears, until its container is gone', () => {
    const router = { forwards: true, ways: [], peerAnswers: false };
    const heard: AgentFact = { type: 'router.changed', data: { node: inContainer, after: router } };
    expect(after(heard).routers.get(inContainer)).toMatchObject({ observed: router, host_id: host, seq: 1 });
    expect(
      after(heard, { type: 'router.changed', data: { node: inContainer, after: null } }).routers.get(inContainer),
    ).toBeNull();
    expect(after(heard, removed(inContainer)).routers.get(inContainer)).toBeNull();
  });

  it('does not touch the memberships of another node when a container is removed', () => {
    const changes = after(membershipFact('network.joined', node, aMembership()), removed(inContainer));
    expect(changes.memberships.get(keyOf(node, NETWORK))).toMatchObject({ status: 'OK' });
  });

  it('writes nothing about an unknown node', () => {
    expect(after(membershipFact('network.joined', stranger, aMembership())).memberships.size).toBe(0);
    expect(after(membershipFact('network.joined', node, aMembership())).memberships.size).toBe(1);
  });
});

describe('a snapshot', () => {
  it.each([
    [
      'replaces a router',
      { known: true as const, value: { forwards: true, ways: null } },
      { observed: { ways: null } },
    ],
    ['deletes a node that is no router', undefined, null],
    [
      'keeps a router that could not be looked at',
      { known: false as const, code: 'nft-missing' as const, cause: 'no nft' },
      { observed: { ways: [] } },
    ],
  ])('%s', (_what, router, expected) => {
    const snapshot = aSnapshot(node, []);
    if (snapshot.type !== 'host.snapshot') throw new TypeError('not a snapshot');
    const [own] = snapshot.data.state.nodes;
    if (own && router) own.router = router;
    const before: AgentFact = { type: 'router.changed', data: { node, after: { forwards: true, ways: [] } } };
    const row = after(before, snapshot).routers.get(node);
    if (expected === null) expect(row).toBeNull();
    else expect(row).toMatchObject(expected);
  });

  it('is complete: earlier reports about other memberships of the node are undone', () => {
    const changes = after(
      membershipFact('network.joined', node, aMembership({ network: OTHER })),
      aSnapshot(node, [aMembership()]),
    );
    expect([...changes.memberships.keys()]).toEqual([keyOf(node, NETWORK)]);
    expect(changes.sweeps.memberships.get(node)).toEqual({ owner: node, keep: [NETWORK] });
  });

  it('keeps the workloads that it has and sweeps all others, reports after it win', () => {
    const workload = (name: string): ObservedWorkload => ({
      ...{ workload: name, name, engineId: name, state: 'running', startedAt: AT, labelled: true },
    });
    const fact = (type: 'workload.found' | 'workload.removed', name: string): AgentFact => ({
      type,
      data: { workload: name, after: type === 'workload.found' ? workload(name) : null },
    });
    const workloads = { known: true as const, value: [workload('db'), workload('web')] };
    const changes = after(
      fact('workload.found', 'old'),
      aSnapshot(node, [], { workloads }),
      fact('workload.removed', 'web'),
    );
    expect(changes.sweeps.workloads.get(host)).toEqual({ owner: host, keep: ['db', 'web'] });
    expect([...changes.workloads]).toMatchObject([
      [keyOf(host, 'db'), { host_id: host, observed: { name: 'db' } }],
      [keyOf(host, 'web'), null],
    ]);
  });

  it('is followed by later reports', () => {
    const changes = after(aSnapshot(node, [aMembership()]), membershipFact('network.left', node, null));
    expect(changes.memberships.get(keyOf(node, NETWORK))).toBeNull();
  });

  it('sweeps nothing in a part that is unknown', () => {
    const unknown = { known: false as const, code: 'docker-unreachable' as const, cause: 'no answer' };
    const blind = after(aSnapshot(node, [], { workloads: unknown }));
    expect([blind.sweeps.workloads.size, blind.workloads.size]).toEqual([0, 0]);
    const changes = after(aSnapshot(node, [], { containers: unknown, engine: unknown, nodes: [] }));
    expect(Object.values(changes.sweeps).map((sweeps) => sweeps.size)).toEqual([0, 0, 0, 0, 0, 0]);
    expect(changes.host(host)).toMatchObject({ engine: { cause: 'no answer' }, wants_snapshot: false });
  });

  it('sweeps containers that it does not have, with their nodes, when the engine was observed', () => {
    const value = [container(inContainer)];
    const changes = after(aSnapshot(node, [], { containers: { known: true, value } }));
    expect(changes.sweeps.containers.get(host)).toEqual({ owner: host, keep: [inContainer] });
    expect(changes.sweeps.nodes.get(host)?.keep.sort()).toEqual([inContainer, node].sort());
  });

  it('finds the network of an interface by the membership that it belongs to', () => {
    const changes = after(aSnapshot(node, [aMembership()]));
    expect([...changes.interfaces.values()]).toMatchObject([{ network_id: NETWORK, observed: anInterface() }]);
  });
});

describe('a finding', () => {
  const finding = { code: 'tun-missing' as const, severity: 'error' as const, cause: 'no device', fix: 'add it' };

  it('exists from when it is raised until it is cleared', () => {
    const about = { node, network: null, item: null };
    const raised = after({ type: 'finding.raised', data: { ...about, finding } });
    expect([...raised.findings.values()]).toMatchObject([{ ...finding, node_id: node, network_id: '', item_id: '' }]);
    const cleared = after(
      { type: 'finding.raised', data: { ...about, finding } },
      { type: 'finding.cleared', data: { ...about, code: 'tun-missing' } },
    );
    expect([...cleared.findings.values()]).toEqual([null]);
  });
});
