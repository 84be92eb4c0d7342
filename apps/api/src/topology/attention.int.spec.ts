import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  ApiTokenMade,
  ContainerPage,
  HostPage,
  MembershipPage,
  NodePage,
  Topology,
  type Container,
  type Host,
  type Membership,
  type Node,
  type Presence,
} from '@orrery/shared/contracts';
import type { z } from 'zod';
import { apiFixture } from '../../../../test/support/api-fixture.js';
import { fillFleet, largeFleetNetwork } from '../../../../test/support/large-fleet.js';
import { scopeOf } from '../../../../test/support/scope.js';

const { api } = apiFixture({ ORRERY_HEARTBEAT_SECONDS: '60' });
const sql = (text: string, values: unknown[] = []) => api.database.query(text, values);

const OWN = '(SELECT node_id FROM hosts WHERE name = $1)';
const OF_CONTAINER = `(SELECT c.node_id FROM containers c JOIN hosts h ON h.id = c.host_id WHERE h.name = $1 AND c.name = 'c1')`;
const ITEM = `(SELECT c.item_id FROM containers c JOIN hosts h ON h.id = c.host_id WHERE h.name = $1 AND c.name = 'c1')`;
const JOIN = `(SELECT item_id FROM memberships WHERE node_id = ${OF_CONTAINER} AND network_id = '${largeFleetNetwork(1)}')`;
const FAILED = `'{"kind": "failed", "code": "port-taken", "cause": "it is taken", "fix": "x"}'`;
const WAITING = `'{"kind": "waiting", "code": "authorization", "cause": "not authorized", "fix": "x"}'`;
const finding = (node: string, network: string, severity = 'error') =>
  `INSERT INTO findings (host_id, code, severity, cause, fix, node_id, network_id, ordinal, seq, since)
   SELECT id, 'udp-blocked', '${severity}', 'no UDP', '', ${node}, '${network}', 1, 1, now() FROM hosts WHERE name = $1`;
const unmanaged = (status: string) =>
  `INSERT INTO membership_status (node_id, network_id, host_id, status, name, observed, ordinal, seq, updated_at)
   SELECT node_id, '8056c2e21cffffff', id, '${status}', '', '{}', 1, 1, now() FROM hosts WHERE name = $1`;
const presence = (is: Presence) =>
  `UPDATE host_status SET presence = '${is}' WHERE host_id = (SELECT id FROM hosts WHERE name = $1)`;
const withoutNetworks = (node: string) =>
  `WITH gone AS (DELETE FROM memberships WHERE node_id = ${node}), items AS (DELETE FROM items WHERE node_id = ${node} AND kind = 'membership')
   DELETE FROM membership_status WHERE node_id = ${node}`;

/** What happens to one host each; `$1` is its name. */
const TROUBLES: Record<string, string[]> = {
  'is all right': [],
  'has a warning': [finding("''", '', 'warning')],
  'is unreachable': [presence('unreachable')],
  'was never heard from': [presence('joined')],
  'cannot be judged': [presence('unknown')],
  'has no status': [`DELETE FROM host_status WHERE host_id = (SELECT id FROM hosts WHERE name = $1)`],
  'is paused': [`UPDATE hosts SET paused = true WHERE name = $1`],
  'has an error': [finding("''", '')],
  'has an error about a node that is gone': [finding("'nod_aaaaaaaaaaaaaaaaaaaa'", largeFleetNetwork(1))],
  'has an error about a node': [finding(OF_CONTAINER, '')],
  'has an error about a network that its node is not in': [finding(OF_CONTAINER, '8056c2e21cfffffe')],
  'has an error about a membership': [finding(OF_CONTAINER, largeFleetNetwork(2))],
  'has an error about an unmanaged membership': [unmanaged('OK'), finding(OWN, '8056c2e21cffffff')],
  'has its own daemon down': [`UPDATE node_status SET state = 'down' WHERE node_id = ${OWN}`],
  'has its own daemon down, which nobody uses': [
    withoutNetworks(OWN),
    `UPDATE node_status SET state = 'down' WHERE node_id = ${OWN}`,
  ],
  'has a container whose daemon is down': [`UPDATE node_status SET state = 'down' WHERE node_id = ${OF_CONTAINER}`],
  'has a container whose daemon could not be asked': [
    `UPDATE node_status SET state = 'unknown' WHERE node_id = ${OF_CONTAINER}`,
  ],
  'has a container that was not reported': [`DELETE FROM node_status WHERE node_id = ${OF_CONTAINER}`],
  'has a container that failed': [`UPDATE item_status SET outcome = ${FAILED} WHERE item_id = ${ITEM}`],
  'has a container that waits': [`UPDATE item_status SET outcome = ${WAITING} WHERE item_id = ${ITEM}`],
  'has a container that is being removed': [`UPDATE items SET intent = 'absent' WHERE id = ${ITEM}`],
  'has a container that was changed since': [`UPDATE items SET revision = 2 WHERE id = ${ITEM}`],
  'has a container without an outcome': [`DELETE FROM item_status WHERE item_id = ${ITEM}`],
  'has a membership that failed': [`UPDATE item_status SET outcome = ${FAILED} WHERE item_id = ${JOIN}`],
  'has a membership that waits': [`UPDATE item_status SET outcome = ${WAITING} WHERE item_id = ${JOIN}`],
  'leaves a network': [`UPDATE items SET intent = 'absent' WHERE id = ${JOIN}`],
  'has a membership that was changed since': [`UPDATE items SET revision = 2 WHERE id = ${JOIN}`],
  'has a membership without an outcome': [`DELETE FROM item_status WHERE item_id = ${JOIN}`],
  'has a membership that is done and has a bad status': [
    `UPDATE membership_status SET status = 'NOT_FOUND' WHERE node_id = ${OF_CONTAINER}`,
  ],
  'is in a network that Orrery did not join it to': [unmanaged('OK')],
  'is in such a network, not admitted': [unmanaged('ACCESS_DENIED')],
  'is in such a network, not found': [unmanaged('NOT_FOUND')],
  'is in such a network, unknown': [unmanaged('UNKNOWN')],
};
const names = Object.keys(TROUBLES);
const hostOf = (trouble: string) => `web-${names.indexOf(trouble) + 1}`;

beforeAll(async () => {
  await fillFleet(sql, { hosts: names.length, nodesPerHost: 2, networks: 3, networksPerNode: 2 });
  await sql(`UPDATE item_status SET outcome = '{"kind": "done"}'`);
  for (const [trouble, statements] of Object.entries(TROUBLES))
    for (const statement of statements) await sql(statement, [hostOf(trouble)]);
}, 60_000);

interface List {
  path: string;
  schema: z.ZodType<{ items: unknown[]; next: string | null }>;
  id: (item: never) => string;
  /** All of them in the topology, with their states. */
  shown: (topology: Topology) => [id: string, state: string][];
  sort: string;
}
const LISTS: List[] = [
  {
    ...{ path: '/v1/hosts', schema: HostPage, id: ({ id }: Host) => id, sort: '-createdAt' },
    shown: ({ hosts }) => hosts.map(({ id, state }) => [id, state]),
  },
  {
    ...{ path: '/v1/nodes', schema: NodePage, id: ({ id }: Node) => id, sort: 'address' },
    shown: ({ nodes }) => nodes.map(({ id, state }) => [id, state]),
  },
  {
    ...{ path: '/v1/containers', schema: ContainerPage, id: ({ node }: Container) => node.id, sort: '-outcome' },
    shown: ({ nodes }) => nodes.filter(({ kind }) => kind === 'container').map(({ id, state }) => [id, state]),
  },
  {
    ...{ path: '/v1/memberships', schema: MembershipPage, sort: '-network' },
    id: ({ node, network }: Membership) => `${node.id}/${network.id}`,
    shown: ({ memberships }) => memberships.map(({ node, network, state }) => [`${node}/${network}`, state]),
  },
];

const topologyOf = async (token?: string) =>
  (await api.ask('GET', '/v1/topology', Topology, token === undefined ? {} : { token })).body;
async function idsOf({ path, schema, id }: List, query: string, token?: string): Promise<string[]> {
  const ids: string[] = [];
  for (let after = ''; ;) {
    const asked = `${path}?${query}${after}`;
    const { body } = await api.ask('GET', asked, schema, token === undefined ? {} : { token });
    ids.push(...(body.items as never[]).map(id));
    if (body.next === null) return ids;
    after = `&after=${encodeURIComponent(body.next)}`;
  }
}
const sameAs = (ids: readonly string[]) => ids.toSorted();

describe('what needs attention', () => {
  it.each(LISTS)('is in $path exactly what the topology does not show as fine', async (list) => {
    const shown = list.shown(await topologyOf());
    const bad = shown.filter(([, state]) => state !== 'fine').map(([id]) => id);
    const good = shown.filter(([, state]) => state === 'fine').map(([id]) => id);
    expect([bad.length > 2, good.length > 2]).toEqual([true, true]);
    expect(sameAs(await idsOf(list, 'attention=true&limit=500'))).toEqual(sameAs(bad));
    expect(sameAs(await idsOf(list, 'attention=false&limit=500'))).toEqual(sameAs(good));
  });

  it('is every kind of trouble, and nothing else', async () => {
    const topology = await topologyOf();
    const states = new Set(LISTS.flatMap((list) => list.shown(topology).map(([, state]) => state)));
    expect([...states].toSorted()).toEqual(['away', 'failed', 'fine', 'unknown', 'waiting']);
    const quiet: string[] = [];
    for (const trouble of names) {
      const found = await Promise.all(
        LISTS.map((list) => idsOf(list, `attention=true&q=${hostOf(trouble)}&limit=500`)),
      );
      // web-1 is also a part of web-10.
      const host = topology.hosts.find(({ name }) => name === hostOf(trouble));
      const its = new Set(topology.nodes.filter((node) => node.host === host?.id).map(({ id }) => id));
      const isIts = (id: string) => id === host?.id || its.has(id.split('/')[0] as never);
      if (!found.flat().some(isIts)) quiet.push(trouble);
    }
    expect(quiet).toEqual([
      'is all right',
      'has a warning',
      'has its own daemon down, which nobody uses',
      'has a membership that is done and has a bad status',
      'is in a network that Orrery did not join it to',
    ]);
  });

  it.each(LISTS)('comes from $path in pages, sorted, searched and filtered as ever', async (list) => {
    for (const attention of ['attention=true', 'attention=false'])
      for (const query of [attention, `${attention}&sort=${list.sort}`, `${attention}&q=WEB-1`]) {
        const whole = await idsOf(list, `${query}&limit=500`);
        expect(await idsOf(list, `${query}&limit=11`)).toEqual(whole);
        const all = await idsOf(list, `${query.replace(/attention=\w+/, '')}&limit=500`);
        expect(whole).toEqual(all.filter((id) => whole.includes(id)));
      }
    await api.refused('GET', `${list.path}?attention=yes`, 'bad-request');
    await api.refused('GET', `${list.path}?attention=true&attention=false`, 'bad-request');
  });

  it.each(['hosts:site=fra', 'networks:net-1,net-2', 'networks:8056c2e21cffffff'])(
    'is within the scope %s what its holder sees in the topology',
    async (scope) => {
      const body = { name: `limited-${scope.replace(/[^a-z0-9]+/g, '-')}`, role: 'viewer', scope: scopeOf(scope) };
      const { secret } = (await api.ask('POST', '/v1/tokens', ApiTokenMade, { body })).body;
      const topology = await topologyOf(secret);
      for (const list of LISTS) {
        const bad = list.shown(topology).filter(([, state]) => state !== 'fine');
        expect(sameAs(await idsOf(list, 'attention=true&limit=500', secret))).toEqual(sameAs(bad.map(([id]) => id)));
      }
      expect(topology.hosts.length).toBeGreaterThan(2);
    },
  );
});
