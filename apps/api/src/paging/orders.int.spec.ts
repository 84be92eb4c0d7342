import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  ApiTokenMade,
  ContainerPage,
  HostPage,
  MembershipPage,
  NetworkPage,
  NodePage,
  type Container,
  type Host,
  type Membership,
  type Network,
  type Node,
} from '@orrery/shared/contracts';
import type { z } from 'zod';
import { apiFixture } from '../../../../test/support/api-fixture.js';
import { fillFleet } from '../../../../test/support/large-fleet.js';
import { scopeOf } from '../../../../test/support/scope.js';
import { HostsRepository } from '../hosts/hosts.repository.js';
import { NodesRepository } from '../nodes/nodes.repository.js';

const { api } = apiFixture({ ORRERY_HEARTBEAT_SECONDS: '60' });
const sql = (text: string, values: unknown[] = []) => api.database.query(text, values);
const SIZE = { hosts: 12, nodesPerHost: 3, networks: 4, networksPerNode: 2 };
/** A network that nobody here named, as its host reports it: nothing of it is code, whatever it looks like. */
const HOSTILE = { id: '8056c2e21cfffff1', name: `%_'"\\\u0001<b>${'İ☃'.repeat(200)}` };

beforeAll(async () => {
  await fillFleet(sql, SIZE);
  await sql(
    `UPDATE host_status SET presence = 'unreachable' WHERE host_id IN (SELECT id FROM hosts WHERE name LIKE 'web-1%')`,
  );
  await sql(
    `UPDATE host_status SET last_seen_at = NULL WHERE host_id IN (SELECT id FROM hosts WHERE name IN ('web-2', 'web-5'))`,
  );
  await sql(`DELETE FROM node_status WHERE node_id IN (SELECT node_id FROM hosts WHERE name = 'web-3')`);
  await sql(
    `INSERT INTO membership_status (node_id, network_id, host_id, status, name, observed, ordinal, seq, updated_at)
     SELECT node_id, $1, id, 'ACCESS_DENIED', $2, '{}', 1, 1, now() FROM hosts WHERE name = 'web-4'`,
    [HOSTILE.id, HOSTILE.name],
  );
  // Another device for the same network, which its daemon does not name.
  await sql(
    `INSERT INTO interfaces (node_id, device, host_id, network_id, observed, ordinal, seq, updated_at)
     SELECT m.node_id, 'zt000000' || right(m.network_id, 2), m.host_id, m.network_id, '{"up": true, "addresses": ["192.0.2.9/24"], "routes": []}', 1, 1, now()
       FROM memberships m JOIN hosts h ON h.node_id = m.node_id WHERE h.name = 'web-6'`,
  );
}, 60_000);

const text = (value: unknown) => (typeof value === 'string' || typeof value === 'number' ? String(value) : '');
interface List {
  path: string;
  schema: z.ZodType<{ items: unknown[]; next: string | null }>;
  /** The columns, each as it is compared. */
  columns: Record<string, (item: never) => string | number>;
  key: (item: never) => string;
}
const LISTS: List[] = [
  {
    ...{ path: '/v1/hosts', schema: HostPage, key: (host: Host) => host.id },
    columns: {
      name: (host: Host) => host.name,
      presence: (host: Host) => host.presence,
      lastSeenAt: (host: Host) => text(host.lastSeenAt),
      createdAt: (host: Host) => host.createdAt,
    },
  },
  {
    ...{ path: '/v1/nodes', schema: NodePage, key: (node: Node) => node.id },
    columns: {
      name: (node: Node) => node.name,
      kind: (node: Node) => node.kind,
      state: (node: Node) => node.state,
      address: (node: Node) => text(node.address),
      updatedAt: (node: Node) => text(node.updatedAt),
    },
  },
  {
    ...{ path: '/v1/memberships', schema: MembershipPage },
    key: ({ node, network }: Membership) => `${node.id}/${network.id}`,
    columns: {
      node: (one: Membership) => one.node.name,
      network: (one: Membership) => one.network.id,
      status: (one: Membership) => text(one.status),
      outcome: (one: Membership) => text(one.outcome?.kind),
      updatedAt: (one: Membership) => text(one.updatedAt),
    },
  },
  {
    ...{ path: '/v1/containers', schema: ContainerPage, key: (container: Container) => container.id },
    columns: {
      host: (container: Container) => container.host.name,
      name: (container: Container) => container.name,
      outcome: (container: Container) => text(container.outcome?.kind),
      createdAt: (container: Container) => container.createdAt,
    },
  },
  {
    ...{ path: '/v1/networks', schema: NetworkPage, key: (network: Network) => network.id },
    columns: {
      id: (network: Network) => network.id,
      name: (network: Network) => text(network.name).slice(0, 40),
      memberships: (network: Network) => network.memberships.total,
    },
  },
];

const all = async ({ path, schema }: List, query: string, limit: number) => {
  const items: unknown[] = [];
  let after = '';
  for (;;) {
    const { body } = await api.get(`${path}?limit=${limit}${query}${after}`, schema);
    items.push(...body.items);
    if (body.next === null) return items as never[];
    after = `&after=${encodeURIComponent(body.next)}`;
  }
};

describe.each(LISTS)('the list $path', (list) => {
  const { path, columns, key } = list;

  it.each(Object.keys(columns))('is sorted by %s in both directions, over pages as well', async (column) => {
    const of = columns[column] as (item: never) => string | number;
    const usual = (await all(list, '', 500)).map(key);
    const up = await all(list, `&sort=${column}`, 500);
    const values = up.map(of);
    const before = (one: string | number, other: string | number) => (one < other ? -1 : one > other ? 1 : 0);
    // Postgres compares names by the rules of a language.
    const [first] = values;
    if (!['name', 'node', 'host'].includes(column)) expect(values).toEqual(values.toSorted(before));
    expect(first).toBeDefined();
    expect(up.map(key).toSorted()).toEqual(usual.toSorted());
    expect((await all(list, `&sort=${column}`, 7)).map(key)).toEqual(up.map(key));
    expect((await all(list, `&sort=-${column}`, 7)).map(key)).toEqual(up.map(key).toReversed());
  });

  it('refuses columns that it cannot be sorted by, and names those that it can', async () => {
    for (const sort of [
      'labels',
      '',
      '-',
      `--${Object.keys(columns)[0]}`,
      'name;DROP TABLE hosts',
      'constructor',
      'NAME',
    ])
      expect([
        sort,
        (await api.refused('GET', `${path}?sort=${encodeURIComponent(sort)}`, 'bad-request')).detail,
      ]).toEqual([sort, expect.stringContaining(Object.keys(columns).join(' or '))]);
    const twice = Object.keys(columns)
      .slice(0, 2)
      .map((column) => `sort=${column}`);
    await api.refused('GET', `${path}?${twice.join('&')}`, 'bad-request');
  });

  it('continues a page only in its own order and search', async () => {
    const [column = ''] = Object.keys(columns);
    const { next } = (await api.get(`${path}?limit=1&sort=${column}`, list.schema)).body;
    const after = `&after=${encodeURIComponent(next ?? '')}`;
    await api.get(`${path}?limit=1&sort=${column}${after}`, list.schema);
    for (const query of ['', `&sort=-${column}`, `&sort=${column}&q=e`])
      await api.refused('GET', `${path}?limit=1${query}${after}`, 'bad-request');
  });

  it('refuses a search that is empty, too long, named twice or not storable', async () => {
    for (const query of ['q=', `q=${'x'.repeat(101)}`, 'q=a&q=b', 'q=%00', 'q[]=a'])
      await api.refused('GET', `${path}?${query}`, 'bad-request');
    for (const q of ['%', '_', "'", '"', '\\', '[', '$1', '☃', "' OR true --"]) {
      const found = await all(list, `&q=${encodeURIComponent(q)}`, 500);
      // Only the hostile network is called so, and `-` and `/` are in names.
      const isIn = JSON.stringify(found).includes(HOSTILE.id) || found.length === 0;
      expect([q, isIn, found.length <= 1]).toEqual([q, true, true]);
    }
  });
});

describe('a page that is cut first', () => {
  type Sql = Parameters<HostsRepository['list']>[0];
  interface Plan {
    'Node Type': string;
    Plans?: Plan[];
  }
  /** Plans the statement that `list` runs. */
  const planOf = async (list: (sql: Sql) => Promise<unknown>) => {
    let plan: Plan | undefined;
    const query = async (statement: string, values?: unknown[]) => {
      const rows = (await sql(`EXPLAIN (FORMAT JSON) ${statement}`, values)) as { 'QUERY PLAN': [{ Plan: Plan }] }[];
      plan = rows[0]?.['QUERY PLAN'][0].Plan;
      return [];
    };
    await list({ query } as unknown as Sql);
    if (!plan) throw new Error('it ran no statement');
    return plan;
  };
  const typesIn = (plan: Plan): string[] => [plan['Node Type'], ...(plan.Plans ?? []).flatMap(typesIn)];

  it.each(['name', '-presence', 'lastSeenAt'] as const)('of hosts by %s is not sorted again', async (sort) => {
    const [first, ...below] = typesIn(await planOf((run) => new HostsRepository().list(run, { limit: 5, sort })));
    expect(first).toBe('Subquery Scan');
    expect(below).toContain('Limit');
  });

  it.each(['name', 'state', '-address'] as const)('of nodes by %s is not sorted again', async (sort) => {
    const plan = await planOf((run) => new NodesRepository().list(run, { limit: 5, sort }, undefined));
    expect(plan['Node Type']).toBe('Subquery Scan');
  });
});

describe('a search', () => {
  const names = async (path: string, schema: z.ZodType<{ items: unknown[]; next: string | null }>, q: string) => {
    const found = await all({ path, schema } as List, `&q=${encodeURIComponent(q)}`, 5);
    return (found as { name?: string; node?: { name: string }; network?: { id: string } }[]).map(
      ({ name, node, network }) => (network ? `${node?.name} ${network.id.slice(-2)}` : (name ?? '')),
    );
  };

  it('finds hosts and nodes by a part of the name or the address, in any case', async () => {
    expect((await names('/v1/hosts', HostPage, 'WEB-1')).toSorted()).toEqual(['web-1', 'web-10', 'web-11', 'web-12']);
    expect(await names('/v1/hosts', HostPage, 'eb-7')).toEqual(['web-7']);
    expect((await names('/v1/nodes', NodePage, 'b-7/C')).toSorted()).toEqual(['web-7/c1', 'web-7/c2']);
    const [node] = (await api.get('/v1/nodes?q=web-7/c1', NodePage)).body.items;
    const part = (node?.address ?? '').slice(2).toUpperCase();
    expect(await names('/v1/nodes', NodePage, part)).toEqual(['web-7/c1']);
    const own = (await api.get('/v1/nodes?q=web-8', NodePage)).body.items.find(({ kind }) => kind === 'host');
    expect(await names('/v1/hosts', HostPage, own?.address ?? '')).toEqual(['web-8']);
    expect(await names('/v1/hosts', HostPage, 'nothing')).toEqual([]);
  });

  it('finds memberships by node, network and IP address, containers by host and name, networks by ID and name', async () => {
    expect((await names('/v1/memberships', MembershipPage, 'WEB-7/c1')).toSorted()).toEqual([
      'web-7/c1 01',
      'web-7/c1 02',
    ]);
    expect(await names('/v1/memberships', MembershipPage, 'fffff1')).toEqual(['web-4 f1']);
    expect(await names('/v1/memberships', MembershipPage, '☃')).toEqual(['web-4 f1']);
    expect(await names('/v1/memberships', MembershipPage, 'net-2')).toHaveLength(36);
    const [one] = (await api.get('/v1/memberships?q=web-7/c1', MembershipPage)).body.items;
    expect(await names('/v1/memberships', MembershipPage, one?.addresses[0] ?? '')).toEqual(['web-7/c1 01']);
    expect((await names('/v1/containers', ContainerPage, 'web-7/C')).toSorted()).toEqual(['c1', 'c2']);
    expect(await names('/v1/networks', NetworkPage, 'NET-3')).toEqual(['net-3']);
    expect(await names('/v1/networks', NetworkPage, '1C000004')).toEqual(['net-4']);
  });

  it('finds a membership once when its host reports two devices, and shows the one that the daemon names', async () => {
    expect(await names('/v1/memberships', MembershipPage, '192.0.2.9')).toEqual(['web-6 01', 'web-6 02']);
    for (const one of (await api.get('/v1/memberships?node=web-6', MembershipPage)).body.items)
      expect(one.addresses).toEqual(one.assignedAddresses);
    // The control: they are stored.
    expect(
      await sql(`SELECT device FROM interfaces WHERE node_id = (SELECT node_id FROM hosts WHERE name = 'web-6')`),
    ).toHaveLength(4);
  });

  it('combines with filters, and with the scope of a token', async () => {
    const { items } = (await api.get('/v1/hosts?q=web-1&presence=unreachable&sort=-name&limit=2', HostPage)).body;
    expect(items).toHaveLength(2);
    expect((await api.get('/v1/hosts?q=web-1&presence=joined', HostPage)).body.items).toEqual([]);
    const body = { name: 'limited', role: 'viewer', scope: scopeOf('hosts:site=nowhere') };
    const { secret: token } = (await api.ask('POST', '/v1/tokens', ApiTokenMade, { body })).body;
    for (const { path, schema } of LISTS)
      expect(
        (
          await api.ask(
            'GET',
            `${path}?q=e&sort=${Object.keys(LISTS.find((list) => list.path === path)?.columns ?? {})[0]}`,
            schema,
            { token },
          )
        ).body.items,
      ).toEqual([]);
  });
});
