import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Accepted, ApiTokenMade, Topology, type Outcome, type TokenScope } from '@orrery/shared/contracts';
import { apiFixture } from '../../../../test/support/api-fixture.js';
import { ControllerHost } from '../../../../test/support/controller-host.js';
import { eventually } from '../../../../test/support/eventually.js';
import { fillFleet } from '../../../../test/support/large-fleet.js';
import { ReportingHost } from '../../../../test/support/reporting-host.js';
import { aMembership, aPeer, aSnapshot } from '../../../../test/support/reports.js';
import { scopeOf } from '../../../../test/support/scope.js';
import { TopologyRepository } from './topology.repository.js';
import { TopologyService } from './topology.service.js';
import { packed } from '../../../../test/support/packed.js';

const NETWORK = '8056c2e21c000001';
const read = async (api: ReturnType<typeof apiFixture>['api'], token?: string) =>
  (await api.ask('GET', '/v1/topology', Topology, token === undefined ? {} : { token })).body;

describe('the topology of three hosts', () => {
  /** No heartbeat is missed within a test. */
  const { api, closing } = apiFixture({ ORRERY_HEARTBEAT_SECONDS: '60' });
  let left: ReportingHost;
  let right: ReportingHost;
  let count = 0;

  const tokenOf = async (scope: TokenScope) =>
    (await api.ask('POST', '/v1/tokens', ApiTokenMade, { body: { name: `limited-${++count}`, role: 'viewer', scope } }))
      .body.secret;
  const sql = (text: string, values: unknown[] = []) => api.database.query(text, values);
  const presence = (host: string, is: string) =>
    sql(`UPDATE host_status SET presence = $2, last_seen_at = now() WHERE host_id = $1`, [host, is]);

  beforeAll(async () => {
    left = closing(await ReportingHost.join(api, 'left'));
    right = closing(await ReportingHost.join(api, 'right'));
    closing(await ControllerHost.join(api, 'keeper'));
    for (const [at, host] of [left, right].entries()) {
      const snapshot = aSnapshot(host.node, [aMembership({ network: NETWORK })]);
      if (snapshot.type !== 'host.snapshot') throw new TypeError('not a snapshot');
      for (const node of snapshot.data.state.nodes) {
        node.daemon = { known: true, value: { address: `a00000000${at}`, version: '1.14.1', online: true } };
        node.peers = {
          known: true,
          value: [aPeer('ffffffffff', { role: 'PLANET' }), aPeer(`a00000000${1 - at}`, { latencyMs: 3.4 })],
        };
      }
      await host.say(snapshot);
      await presence(host.id, 'online');
    }
  }, 60_000);

  it('shows hosts, nodes, networks, memberships, controllers and paths', async () => {
    await sql(`UPDATE hosts SET labels = '{"site": "fra"}' WHERE id = $1`, [left.id]);
    const { hosts, nodes, networks, memberships, controllers, paths, morePaths } = await read(api);
    expect(hosts.map(({ name, site }) => [name, site])).toEqual([
      ['keeper', null],
      ['left', 'fra'],
      ['right', null],
    ]);
    expect(hosts[1]).toEqual({ id: left.id, name: 'left', site: 'fra', state: 'fine' });
    expect(nodes.find(({ id }) => id === left.node)).toEqual({
      ...{ id: left.node, host: left.id, name: 'left', kind: 'host', address: 'a000000000', state: 'fine' },
    });
    expect(networks).toContainEqual({ id: NETWORK, name: expect.any(String), controller: null, kept: false });
    expect(memberships.find(({ node }) => node === left.node)).toMatchObject({ network: NETWORK, state: 'fine' });
    expect(controllers).toMatchObject([{ name: 'keeper', kind: 'self-hosted', node: expect.any(String) }]);
    expect(paths.toSorted((one, other) => (one.peer < other.peer ? -1 : 1))).toEqual([
      { node: right.node, peer: 'a000000000', path: 'direct', ms: 3 },
      { node: left.node, peer: 'a000000001', path: 'direct', ms: 3 },
    ]);
    expect(morePaths).toBeUndefined();
  });

  it('shows a launch that its host has not reported, how it ended, and a host that is away', async () => {
    const body = { name: 'demo', networks: [NETWORK] };
    const { command } = (await api.ask('POST', '/v1/hosts/right/containers', Accepted, { body })).body;
    const standing = async () => {
      const { hosts, nodes, memberships } = await read(api);
      const demo = nodes.find(({ name }) => name === 'right/demo');
      const membership = memberships.find(({ node }) => node === demo?.id);
      return [hosts.find(({ name }) => name === 'right')?.state, demo?.state, membership?.state, membership?.why];
    };
    const untold = 'its host has not reported yet how it stands';
    expect(await standing()).toEqual(['fine', 'waiting', 'waiting', untold]);
    const rows = await sql(
      `SELECT i.id, i.kind, i.revision::int FROM items i JOIN command_items c ON c.item_id = i.id WHERE c.command_id = $1`,
      [command.id],
    );
    const settled = (rows as { id: `itm_${string}`; kind: string; revision: number }[]).map((item) => ({
      type: 'item.settled' as const,
      data: { item: item.id, revision: item.revision, outcome: outcomeOf(item.kind) },
    }));
    await right.say(...settled);
    expect(await standing()).toEqual(['fine', 'unknown', 'failed', 'the address is taken']);
    await presence(right.id, 'unreachable');
    expect(await standing()).toEqual(['away', 'away', 'away', 'its host is unreachable']);
    await presence(right.id, 'online');
  });

  it('shows an open error, but no warning, and nothing of a removed host', async () => {
    const find = (severity: string) =>
      sql(
        `INSERT INTO findings (host_id, code, severity, cause, fix, ordinal, seq, since) VALUES ($1, 'udp-blocked', $2, 'no UDP', '', 1, 1, now())
         ON CONFLICT (host_id, source, code, node_id, network_id, item_id) DO UPDATE SET severity = excluded.severity`,
        [left.id, severity],
      );
    const stateOf = async () => (await read(api)).hosts.find(({ name }) => name === 'left');
    await find('warning');
    expect((await stateOf())?.state).toBe('fine');
    await find('error');
    expect(await stateOf()).toMatchObject({ state: 'failed', why: 'no UDP' });
    const gone = await ReportingHost.join(api, 'gone');
    await find('info');
    expect((await read(api)).hosts.map(({ name }) => name)).toContain('gone');
    await gone.remove();
    const { hosts, nodes } = await read(api);
    expect([hosts.map(({ name }) => name), nodes.map(({ host }) => host)].flat()).not.toContain(gone.id);
    expect(hosts.map(({ name }) => name)).not.toContain('gone');
    await gone.close();
  });

  it('answers 304 as long as nothing but the time has changed, and again 200 after a change', async () => {
    const ask = (tag?: string) =>
      api.raw('GET', '/v1/topology', tag === undefined ? {} : { headers: { 'if-none-match': tag } });
    const first = await ask();
    const tag = first.headers.get('etag') ?? '';
    expect([first.status, tag]).toEqual([200, expect.stringMatching(/^W\/"[\w-]{16}"$/)]);
    const same = await ask(tag);
    expect([same.status, await same.text(), same.headers.get('etag')]).toEqual([304, '', tag]);
    expect((await ask(`"x", ${tag.replace('W/', '')}`)).status).toBe(304);
    expect((await ask('W/"AAAAAAAAAAAAAAAA"')).status).toBe(200);
    await sql(`UPDATE hosts SET labels = '{"site": "ams"}' WHERE id = $1`, [right.id]);
    const changed = await ask(tag);
    expect(changed.status).toBe(200);
    expect(changed.headers.get('etag')).not.toBe(tag);
  });

  it('shows a token with a scope only what is in it', async () => {
    await sql(`UPDATE hosts SET labels = '{"site": "fra"}' WHERE id = $1`, [left.id]);
    const everything = await read(api);
    expect(everything.hosts).toHaveLength(3);
    const part = await read(api, await tokenOf(scopeOf('hosts:site=fra')));
    expect(part.hosts.map(({ name }) => name)).toEqual(['left']);
    expect(new Set(part.nodes.map(({ host }) => host))).toEqual(new Set([left.id]));
    expect(new Set(part.memberships.map(({ node }) => node))).toEqual(new Set([left.node]));
    expect(part.controllers).toEqual([]);
    expect(part.paths).toEqual([]);
    const nothing = await read(api, await tokenOf(scopeOf('hosts:site=nowhere')));
    expect({ ...nothing, at: '' }).toEqual({
      ...{ at: '', hosts: [], nodes: [], networks: [], memberships: [], controllers: [], paths: [] },
    });
  });

  it('carries hostile text as text, and refuses parameters that it does not know', async () => {
    const cause = `"},{"<script>alert(1)</script>\u2028\\`;
    await sql(`UPDATE findings SET cause = $1, severity = 'error' WHERE host_id = $2`, [cause, left.id]);
    expect((await read(api)).hosts.find(({ name }) => name === 'left')?.why).toBe(cause);
    await sql(`DELETE FROM findings WHERE host_id = $1`, [left.id]);
    for (const latency of ['1e300', '-1e300', 'Infinity', 'NaN', '-5.5'])
      await sql(`UPDATE paths SET latency_ms = $1 WHERE node_id = $2`, [latency, left.node]).then(() => read(api));
    await sql(`UPDATE membership_status SET name = repeat('x', 512) WHERE host_id = $1`, [left.id]);
    expect((await read(api)).networks.find(({ id }) => id === NETWORK)?.name).toBe('x'.repeat(100));
    await api.refused('GET', '/v1/topology', 'unauthenticated', { token: null });
    await api.refused('POST', '/v1/topology', 'method-not-allowed', { body: {} });
  });
});

const outcomeOf = (kind: string): Outcome =>
  kind === 'membership'
    ? { kind: 'failed', code: 'port-taken', cause: 'the address is taken', fix: 'x' }
    : { kind: 'done' };

describe('the topology of 1,000 hosts with 3,000 nodes', () => {
  const { api } = apiFixture({ ORRERY_HEARTBEAT_SECONDS: '60' });
  const MOST_BYTES = 150 * 1024;

  it('fits into 150 KB as browsers get it', async () => {
    const size = { hosts: 1000, nodesPerHost: 3, networks: 20, networksPerNode: 1, peersPerNode: 2 };
    await fillFleet((text, values) => api.database.query(text, values), size);
    await api.database.query('ANALYZE');
    const { hosts, nodes, memberships, paths, morePaths } = await read(api);
    expect([hosts.length, nodes.length, memberships.length]).toEqual([1000, 3000, 3000]);
    expect([paths.length, morePaths]).toEqual([1000, true]);
    expect(nodes.filter(({ state }) => state === 'waiting').length).toBeGreaterThan(100);
    const answer = await packed(api, '/v1/topology', 'gzip, deflate, br');
    expect(answer.encoding).toBe('br');
    expect(answer.body.length).toBeLessThan(MOST_BYTES);
    // The control: its size is not due to an empty answer.
    expect(answer.body.length).toBeGreaterThan(50 * 1024);
  }, 120_000);

  it('is read twice for 50 requests at once: for the first, and for all that came after it', async () => {
    const readNow = TopologyRepository.prototype.read;
    const asked = jest.spyOn(TopologyService.prototype, 'read');
    const reads = jest.spyOn(TopologyRepository.prototype, 'read').mockImplementation(async function (
      this: TopologyRepository,
      store,
    ) {
      await eventually(() => asked.mock.calls.length === 50, { within: 50_000, what: 'all requests are there' });
      return readNow.call(this, store);
    });
    try {
      const statuses = await Promise.all(
        Array.from({ length: 50 }, async () => {
          const answer = await api.raw('GET', '/v1/topology');
          await answer.arrayBuffer();
          return answer.status;
        }),
      );
      expect(new Set(statuses)).toEqual(new Set([200]));
      expect(reads).toHaveBeenCalledTimes(2);
    } finally {
      asked.mockRestore();
      reads.mockRestore();
    }
  }, 60_000);
});
