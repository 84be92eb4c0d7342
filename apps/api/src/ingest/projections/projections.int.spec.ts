import { beforeEach, describe, expect, it } from '@jest/globals';
import type { AgentFact, NodeId, ObservedNode, ObservedPeer } from '@orrery/shared/contracts';
import { interfaceName } from '@orrery/shared/contracts';
import { newId } from '@orrery/shared/runtime';
import { dataPlaneFixture } from '../../../../../test/support/data-plane-fixture.js';
import { addHost, type TestHost } from '../../../../../test/support/data-plane.js';
import {
  aMembership,
  anInterface,
  aPeer,
  aSnapshot,
  engineDown,
  membershipFact,
  NETWORK,
  Reporter,
} from '../../../../../test/support/reports.js';

const { plane } = dataPlaneFixture();
let host: TestHost;
let agent: Reporter;
let count = 0;
const OTHER = '8056c2e21c000002';

beforeEach(async () => {
  host = await addHost(plane.database, `seen-${++count}`);
  agent = new Reporter(plane, host);
});

const rows = <Row>(query: string, ...values: unknown[]) => plane.database.query<Row[]>(query, [host.id, ...values]);
const networks = async () =>
  (await rows<{ n: string }>('SELECT network_id AS n FROM membership_status WHERE host_id = $1 ORDER BY 1')).map(
    ({ n }) => n,
  );
const paths = () =>
  rows<{ peer: string; since: Date }>(
    'SELECT peer, role, path, endpoint, latency_ms AS latency, since FROM paths WHERE host_id = $1 ORDER BY 1',
  );
const pathFact = (type: 'path.direct' | 'path.relayed', after: ObservedPeer): AgentFact => ({
  type,
  data: { node: host.node, after },
});
const snapshotNode = (snapshot: AgentFact, more: Partial<ObservedNode>): ObservedNode => {
  const [node] = snapshot.type === 'host.snapshot' ? snapshot.data.state.nodes : [];
  return { ...(node as ObservedNode), ...more };
};
const devices = async () =>
  (await rows<{ d: string }>('SELECT device AS d FROM interfaces WHERE host_id = $1 ORDER BY 1')).map(({ d }) => d);

describe('the observed state', () => {
  it('equals the snapshot after a snapshot', async () => {
    await agent.say(membershipFact('network.joined', host.node, aMembership({ network: OTHER })), {
      type: 'interface.up',
      data: { node: host.node, network: OTHER, device: 'ztother', after: anInterface({ device: 'ztother' }) },
    });
    expect([await networks(), await devices()]).toEqual([[OTHER], ['ztother']]);
    await agent.say(aSnapshot(host.node, [aMembership()]));
    expect([await networks(), await devices()]).toEqual([[NETWORK], [interfaceName(NETWORK)]]);
    expect(await rows('SELECT snapshot, wants_snapshot, engine FROM host_status WHERE host_id = $1')).toEqual([
      {
        snapshot: 'f'.repeat(64),
        wants_snapshot: false,
        engine: { version: '27.1', apiVersion: '1.46', os: 'linux', architecture: 'x86_64' },
      },
    ]);
  });

  it('stays unchanged where a snapshot says unknown', async () => {
    await agent.say(aSnapshot(host.node, [aMembership()]));
    const unknown = { known: false as const, code: 'daemon-unreachable' as const, cause: 'no answer' };
    const nodes = [
      {
        node: host.node,
        kind: 'host' as const,
        daemon: unknown,
        memberships: unknown,
        interfaces: unknown,
        peers: unknown,
      },
    ];
    await agent.say(aSnapshot(host.node, [], { nodes }));
    expect([await networks(), await devices()]).toEqual([[NETWORK], [interfaceName(NETWORK)]]);
    expect(await rows('SELECT state, cause, address FROM node_status WHERE host_id = $1')).toEqual([
      { state: 'unknown', cause: 'no answer', address: '89e92ceee5' },
    ]);
  });

  it('keeps the network of an interface that a later event does not name', async () => {
    const device = interfaceName(NETWORK);
    await agent.say(aSnapshot(host.node, [aMembership()]));
    await agent.say({
      type: 'interface.down',
      data: { node: host.node, network: null, device, after: anInterface({ up: false }) },
    });
    expect(await rows(`SELECT network_id, observed -> 'up' AS up FROM interfaces WHERE host_id = $1`)).toEqual([
      { network_id: NETWORK, up: false },
    ]);
  });

  it('has the paths of a node as they were last reported, since when each is direct or relayed', async () => {
    const [first, second] = [aPeer('aaaaaaaaaa'), aPeer('bbbbbbbbbb', { path: 'relayed', endpoint: undefined })];
    const node = snapshotNode(aSnapshot(host.node, []), { peers: { known: true, value: [first, second] } });
    await agent.say(aSnapshot(host.node, [], { nodes: [node] }));
    const { since } = (await paths())[0] as { since: Date };
    expect(await paths()).toEqual([
      { peer: 'aaaaaaaaaa', role: 'LEAF', path: 'direct', endpoint: '192.0.2.1/9993', latency: 3, since },
      { peer: 'bbbbbbbbbb', role: 'LEAF', path: 'relayed', endpoint: null, latency: 3, since },
    ]);
    await agent.say(pathFact('path.direct', { ...first, latencyMs: 40, endpoint: '192.0.2.2/9993' }));
    expect((await paths())[0]).toMatchObject({ endpoint: '192.0.2.2/9993', latency: 40, since });
    await agent.say(pathFact('path.relayed', { ...first, path: 'relayed', endpoint: undefined }), {
      type: 'path.lost',
      data: { node: host.node, peer: 'bbbbbbbbbb', after: null },
    });
    const [relayed, ...others] = await paths();
    expect([relayed, others]).toEqual([expect.objectContaining({ path: 'relayed', endpoint: null }), []]);
    expect(Number(relayed?.since)).toBeGreaterThan(Number(since));
    await agent.say(aSnapshot(host.node, []));
    expect(await paths()).toEqual([]);
  });

  it('remembers since when a direct path is silent, until it answers', async () => {
    const silent = () =>
      rows<{ since: Date | null }>('SELECT silent_since AS since FROM paths WHERE host_id = $1').then(([one]) => one);
    const after = aPeer('aaaaaaaaaa');
    await agent.say(pathFact('path.direct', after));
    expect(await silent()).toEqual({ since: null });
    await agent.say(pathFact('path.direct', { ...after, silent: true }));
    const first = await silent();
    expect(first).toEqual({ since: expect.any(Date) });
    await agent.say(pathFact('path.direct', { ...after, silent: true, latencyMs: 99 }));
    expect(await silent()).toEqual(first);
    await agent.say(pathFact('path.direct', after));
    expect(await silent()).toEqual({ since: null });
  });

  it('keeps paths that a snapshot does not know, and drops those of a container that was removed', async () => {
    const node = await addContainer('shop');
    const after = aPeer('aaaaaaaaaa');
    await agent.say({ type: 'path.direct', data: { node, after } }, pathFact('path.direct', after));
    const unknown = { known: false as const, code: 'unexpected' as const, cause: 'left out' };
    const blind = snapshotNode(aSnapshot(host.node, []), { peers: unknown });
    await agent.say(
      aSnapshot(host.node, [], { nodes: [blind], containers: { known: false, code: 'unexpected', cause: 'x' } }),
    );
    const held = () => rows<{ node: string }>('SELECT node_id AS node FROM paths WHERE host_id = $1 ORDER BY 1');
    expect(await held()).toEqual([{ node: host.node }, { node }].sort((a, b) => (a.node < b.node ? -1 : 1)));
    expect(await rows('SELECT peers_known AS known FROM node_status WHERE host_id = $1')).toEqual([{ known: false }]);
    await agent.say({
      type: 'container.removed',
      data: { node, name: 'shop', item: newId('itm'), after: null },
    });
    expect(await held()).toEqual([{ node: host.node }]);
  });

  it('keeps the known data of an engine that is down, and drops the cause when it is up', async () => {
    await agent.say(aSnapshot(host.node, []), engineDown('stopped'));
    const engine = async () =>
      (await rows<{ engine: object }>('SELECT engine FROM host_status WHERE host_id = $1'))[0]?.engine;
    expect(await engine()).toMatchObject({ cause: 'stopped', os: 'linux' });
    await agent.say({ type: 'host.engine-up', data: { version: '28.0', apiVersion: '1.47' } });
    expect(await engine()).toEqual({ version: '28.0', apiVersion: '1.47', os: 'linux', architecture: 'x86_64' });
  });

  it('has a finding, with the time when it was first raised, until it is cleared', async () => {
    const about = { node: host.node, network: null, item: null };
    const raise = (cause: string): AgentFact => ({
      type: 'finding.raised',
      data: { ...about, finding: { code: 'tun-missing', severity: 'error', cause, fix: 'add it' } },
    });
    await agent.say(raise('first'));
    const [first] = await rows<{ since: Date }>('SELECT since FROM findings WHERE host_id = $1');
    await agent.say(raise('second'));
    expect(await rows('SELECT cause, since FROM findings WHERE host_id = $1')).toEqual([
      { cause: 'second', since: first?.since },
    ]);
    await agent.say({ type: 'finding.cleared', data: { ...about, code: 'tun-missing' } });
    expect(await rows('SELECT * FROM findings WHERE host_id = $1')).toEqual([]);
  });

  it('is in the history under the names of its time', async () => {
    const node = await addContainer('demo');
    await agent.say(membershipFact('network.joined', node, aMembership()));
    await plane.database.query(`UPDATE hosts SET name = 'renamed-' || $2 WHERE id = $1`, [host.id, `${count}`]);
    await agent.say(membershipFact('network.left', node, null));
    expect(
      await rows('SELECT subject, container_name AS c, node_id AS n FROM events WHERE host_id = $1 ORDER BY id'),
    ).toEqual([
      { subject: `${host.name}/demo/${NETWORK}`, c: 'demo', n: node },
      { subject: `renamed-${count}/demo/${NETWORK}`, c: 'demo', n: node },
    ]);
  });

  it('of a newer epoch replaces that of an older one, whatever the numbers', async () => {
    await agent.say(
      engineDown('a'),
      engineDown('b'),
      membershipFact('network.joined', host.node, aMembership({ name: 'old' })),
    );
    const newer = new Reporter(plane, host, newId('epo'));
    await newer.say(membershipFact('network.joined', host.node, aMembership({ name: 'new' })));
    expect(await rows('SELECT name FROM membership_status WHERE host_id = $1')).toEqual([{ name: 'new' }]);
  });
});

/** A container as HTTP creates it. */
async function addContainer(name: string): Promise<NodeId> {
  const [node, item] = [newId('nod'), newId('itm')];
  await plane.database.transaction(async (manager) => {
    await manager.query(`INSERT INTO nodes (id, host_id, kind) VALUES ($1, $2, 'container')`, [node, host.id]);
    await manager.query(
      `INSERT INTO items (id, host_id, node_id, kind, intent, revision, body) VALUES ($1, $2, $3, 'container', 'present', 1, '{}')`,
      [item, host.id, node],
    );
    await manager.query(`INSERT INTO containers (id, host_id, node_id, item_id, name) VALUES ($1, $2, $3, $4, $5)`, [
      newId('ctr'),
      host.id,
      node,
      item,
      name,
    ]);
  });
  return node;
}
