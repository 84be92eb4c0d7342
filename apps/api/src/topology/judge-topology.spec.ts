import { describe, expect, it } from '@jest/globals';
import { MAX_TOPOLOGY_PATHS, MAX_WHY, Topology, type HostId, type NodeId } from '@orrery/shared/contracts';
import { judgeTopology, type HostRow, type MembershipRow, type NodeRow, type TopologyRows } from './judge-topology.js';

const id = (letter: string) => letter.repeat(20);
const HOST: HostId = `hst_${id('a')}`;
const OWN: NodeId = `nod_${id('a')}`;
const NODE: NodeId = `nod_${id('b')}`;
const NETWORK = '8056c2e21c000001';
const NO_ITEM = { intent: null, outcome: null, outcomeCause: null };
const DONE = { intent: 'present', outcome: 'done', outcomeCause: null } as const;

const aHost = (more: Partial<HostRow> = {}): HostRow => ({
  ...{ id: HOST, name: 'web-1', site: 'fra', simulated: false, paused: false, presence: 'online' },
  ...more,
});
const aNode = (more: Partial<NodeRow> = {}): NodeRow => ({
  ...{
    id: NODE,
    host: HOST,
    kind: 'container',
    container: 'demo',
    address: 'aaaaaaaaaa',
    daemon: 'up',
    cause: null,
    unused: null,
  },
  ...DONE,
  ...more,
});
const ownNode = (more: Partial<NodeRow> = {}) => aNode({ id: OWN, kind: 'host', container: null, ...NO_ITEM, ...more });
const aMembership = (more: Partial<MembershipRow> = {}): MembershipRow => ({
  ...{ node: NODE, network: NETWORK, status: 'OK', addresses: ['10.1.2.3/24'], ...DONE },
  ...more,
});
const NOTHING: TopologyRows = {
  ...{
    at: '2026-05-01T10:00:00.000Z',
    hosts: [],
    nodes: [],
    networks: [],
    memberships: [],
    controllers: [],
    paths: [],
  },
  findings: [],
};
/** What the schema of the answer lets through. */
const judge = (rows: Partial<TopologyRows>) =>
  Topology.parse(
    judgeTopology({ ...NOTHING, hosts: [aHost()], nodes: [aNode()], memberships: [aMembership()], ...rows }),
  );

describe('the topology', () => {
  it('is quiet when all is as desired', () => {
    expect(judge({})).toEqual({
      at: NOTHING.at,
      hosts: [{ id: HOST, name: 'web-1', site: 'fra', state: 'fine' }],
      nodes: [{ id: NODE, host: HOST, name: 'web-1/demo', kind: 'container', address: 'aaaaaaaaaa', state: 'fine' }],
      networks: [],
      memberships: [{ node: NODE, network: NETWORK, state: 'fine', addresses: ['10.1.2.3/24'] }],
      ...{ controllers: [], paths: [] },
    });
  });

  it.each<[HostRow['presence'], boolean, string]>([
    ['online', false, 'fine fine fine'],
    ['online', true, 'waiting fine fine'],
    ['unreachable', false, 'away away away'],
    ['unknown', false, 'unknown unknown unknown'],
    ['joined', true, 'unknown unknown unknown'],
  ])('judges a host that is %s, paused %s, and what is on it: %s', (presence, paused, states) => {
    const { hosts, nodes, memberships } = judge({ hosts: [aHost({ presence, paused })] });
    expect([...hosts, ...nodes, ...memberships].map(({ state }) => state).join(' ')).toBe(states);
    expect(judge({ hosts: [aHost({ simulated: true })] }).hosts[0]?.simulated).toBe(true);
    for (const one of [...hosts, ...nodes, ...memberships]) expect(one.why === undefined).toBe(one.state === 'fine');
  });

  it.each<[string, Partial<NodeRow>, string]>([
    ['its item failed', { outcome: 'failed', outcomeCause: 'no image', daemon: 'down' }, 'failed: no image'],
    ['its item waits', { outcome: 'waiting', outcomeCause: 'no workload', daemon: null }, 'waiting: no workload'],
    [
      'nothing was reported yet',
      { outcome: null, daemon: null },
      'waiting: its host has not reported yet how it stands',
    ],
    ['it is to go', { intent: 'absent', outcome: null }, 'waiting: it is being removed'],
    ['it is done, but down now', { daemon: 'down', cause: 'no answer' }, 'failed: no answer'],
    ['it could not be asked', { daemon: 'unknown', cause: 'no engine' }, 'unknown: no engine'],
  ])('judges the node of a container when %s', (_when, more, said) => {
    const [node] = judge({ nodes: [aNode(more)] }).nodes;
    expect(`${node?.state}: ${node?.why}`).toBe(said);
  });

  it.each<[string, Partial<NodeRow>, string, string | undefined]>([
    ['is up', {}, 'fine', undefined],
    ['was never reported', { daemon: null }, 'unknown', 'its host has not reported it yet'],
    [
      'is not installed, and is not to be',
      { daemon: 'unknown', unused: 'no ZeroTier here' },
      'fine',
      'no ZeroTier here',
    ],
    ['is down and should be in a network', { daemon: 'down', cause: 'no answer' }, 'failed', 'no answer'],
  ])('judges the own daemon of a host that %s', (_what, more, state, why) => {
    const { nodes } = judge({ nodes: [ownNode(more)], memberships: [] });
    expect(nodes.map((node) => [node.name, node.state, node.why])).toEqual([['web-1', state, why]]);
  });

  it('shows an error about the own daemon of a host, even if nothing is desired of it', () => {
    const findings = [{ host: HOST, node: OWN, network: '', cause: 'its port is taken' }];
    const { nodes } = judge({ nodes: [ownNode({ daemon: 'down', unused: 'nothing' })], findings });
    expect(nodes[0]).toMatchObject({ state: 'failed', why: 'its port is taken' });
  });

  it.each<[string, Partial<MembershipRow>, string]>([
    ['waits', { outcome: 'waiting', status: 'ACCESS_DENIED' }, 'waiting'],
    ['failed, whatever zerotier-one says', { outcome: 'failed' }, 'failed'],
    ['has no outcome at its revision', { outcome: null }, 'waiting'],
    ['is unmanaged and OK', NO_ITEM, 'fine'],
    ['is unmanaged and not admitted', { ...NO_ITEM, status: 'ACCESS_DENIED' }, 'waiting'],
    ['is unmanaged and not found', { ...NO_ITEM, status: 'NOT_FOUND' }, 'failed'],
    ['is unmanaged, with a status that Orrery does not know', { ...NO_ITEM, status: 'UNKNOWN' }, 'unknown'],
  ])('judges a membership that %s', (_what, more, state) => {
    expect(judge({ memberships: [aMembership(more)] }).memberships[0]?.state).toBe(state);
  });

  it('puts an open error where it belongs, and with the host if that is not shown', () => {
    const of = (node: string, network: string) => {
      const { hosts, nodes, memberships } = judge({ findings: [{ host: HOST, node, network, cause: 'broken' }] });
      return [...hosts, ...nodes, ...memberships].map(({ why }) => why ?? '-').join(' ');
    };
    expect(of('', '')).toBe('broken - -');
    expect(of(NODE, '')).toBe('- broken -');
    expect(of(NODE, NETWORK)).toBe('- - broken');
    expect(of(NODE, '8056c2e21c000009')).toBe('- broken -');
    expect(of('nod_gone', NETWORK)).toBe('broken - -');
  });

  it('shows a membership once when its host reports two devices for it', () => {
    const { memberships } = judge({ memberships: [aMembership(), aMembership({ addresses: ['fd00::1/88'] })] });
    expect(memberships.map(({ addresses }) => addresses)).toEqual([['10.1.2.3/24', 'fd00::1/88']]);
  });

  it('shows eight addresses of a membership, however many its host reports', () => {
    const addresses = Array.from({ length: 500 }, (_, at) => `10.1.${at >> 8}.${at & 255}/16`);
    expect(judge({ memberships: [aMembership({ addresses })] }).memberships[0]?.addresses).toEqual(
      addresses.slice(0, 8),
    );
  });

  it('cuts long causes, and tells that there are more paths than it shows', () => {
    const cause = 'x'.repeat(MAX_WHY + 1);
    expect(judge({ nodes: [aNode({ outcome: 'failed', outcomeCause: cause })] }).nodes[0]?.why).toHaveLength(MAX_WHY);
    const paths = (count: number) =>
      judge({
        paths: Array.from({ length: count }, () => ({
          ...{ node: NODE, peer: 'bbbbbbbbbb', path: 'relayed' as const, ms: null, silent: true },
        })),
      });
    const [path] = paths(1).paths;
    expect(path).toEqual({ node: NODE, peer: 'bbbbbbbbbb', path: 'relayed', silent: true });
    expect([paths(MAX_TOPOLOGY_PATHS).morePaths, paths(MAX_TOPOLOGY_PATHS + 1).morePaths]).toEqual([undefined, true]);
    expect(paths(MAX_TOPOLOGY_PATHS + 1).paths).toHaveLength(MAX_TOPOLOGY_PATHS);
  });

  it.each([
    ['up', 'fine'],
    ['away', 'away'],
    ['absent', 'failed'],
    ['moved', 'failed'],
    ['unknown', 'unknown'],
  ] as const)('judges a controller that is %s: %s', (state, shown) => {
    const cause = state === 'up' ? null : 'because';
    const { controllers } = judge({
      controllers: [{ id: `ctl_${id('c')}`, name: 'keeper', kind: 'central', node: null, state, cause }],
    });
    expect(controllers[0]?.state).toBe(shown);
  });
});
