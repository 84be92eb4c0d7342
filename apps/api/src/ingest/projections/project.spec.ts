import { describe, expect, it } from '@jest/globals';
import type { AgentFact, NodeId, ObservedContainer } from '@orrery/shared/contracts';
import { newId } from '@orrery/shared/runtime';
import { aMembership, anInterface, aSnapshot, membershipFact, NETWORK } from '../../../../../test/support/reports.js';
import { refsOfFact } from '../event-refs.js';
import { ProjectedRows, keyOf } from './projected-rows.js';
import { project } from './project.js';

const host = newId('hst');
const [node, inContainer, stranger] = [newId('nod'), newId('nod'), newId('nod')];
const OTHER = '8056c2e21c000002';
const AT = '2026-05-01T10:00:00.000Z';

function after(...facts: AgentFact[]): ProjectedRows {
  const changes = new ProjectedRows();
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
  it('keeps the last thing that was said of a membership', () => {
    const changes = after(
      membershipFact('authorization.requested', node, aMembership({ status: 'ACCESS_DENIED' })),
      membershipFact('authorization.granted', node, aMembership({ status: 'OK' })),
    );
    expect([...changes.memberships]).toMatchObject([[keyOf(node, NETWORK), { status: 'OK', seq: 2, ordinal: 1 }]]);
  });

  it('drops what is gone', () => {
    const changes = after(membershipFact('network.left', node, null));
    expect([...changes.memberships]).toEqual([[keyOf(node, NETWORK), null]]);
  });

  it('keeps what a daemon said of itself when it no longer answers', () => {
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

  it('forgets the daemon, the memberships and the interfaces of a container that was removed', () => {
    const changes = after(membershipFact('network.joined', inContainer, aMembership()), removed(inContainer));
    expect(changes.containers.get(inContainer)).toBeNull();
    expect(changes.nodes.get(inContainer)).toBeNull();
    expect(changes.memberships.get(keyOf(inContainer, NETWORK))).toBeNull();
    expect(changes.sweeps.interfaces.get(inContainer)).toEqual({ owner: inContainer, keep: [] });
  });

  it('does not touch the memberships of the node beside it when a container is removed', () => {
    const changes = after(membershipFact('network.joined', node, aMembership()), removed(inContainer));
    expect(changes.memberships.get(keyOf(node, NETWORK))).toMatchObject({ status: 'OK' });
  });

  it('says nothing of a node that is not known', () => {
    expect(after(membershipFact('network.joined', stranger, aMembership())).memberships.size).toBe(0);
    expect(after(membershipFact('network.joined', node, aMembership())).memberships.size).toBe(1);
  });
});

describe('a snapshot', () => {
  it('is all there is: earlier words about other memberships of the node are taken back', () => {
    const changes = after(
      membershipFact('network.joined', node, aMembership({ network: OTHER })),
      aSnapshot(node, [aMembership()]),
    );
    expect([...changes.memberships.keys()]).toEqual([keyOf(node, NETWORK)]);
    expect(changes.sweeps.memberships.get(node)).toEqual({ owner: node, keep: [NETWORK] });
  });

  it('is followed by later words', () => {
    const changes = after(aSnapshot(node, [aMembership()]), membershipFact('network.left', node, null));
    expect(changes.memberships.get(keyOf(node, NETWORK))).toBeNull();
  });

  it('sweeps nothing of a part that is unknown', () => {
    const unknown = { known: false as const, code: 'docker-unreachable' as const, cause: 'no answer' };
    const changes = after(aSnapshot(node, [], { containers: unknown, engine: unknown, nodes: [] }));
    expect(Object.values(changes.sweeps).map((sweeps) => sweeps.size)).toEqual([0, 0, 0, 0]);
    expect(changes.host(host)).toMatchObject({ engine: { cause: 'no answer' }, wants_snapshot: false });
  });

  it('sweeps containers that it does not have, with their nodes, when the engine was seen', () => {
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

  it('is there from when it is raised until it is cleared', () => {
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
