import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Selector } from '@orrery/shared/contracts';
import { ROLES } from '../../apps/api/src/auth/principal.js';
import { withVisibility } from '../../apps/api/src/database/visibility.js';
import { startApi, type ApiBench, type RunningApi } from '../support/api.js';
import { EventStream } from '../support/event-stream.js';
import { eventually } from '../support/servers.js';
import { readDocument, type ApiDocument } from './fuzz/document.js';
import { picture } from './two-tenants/picture.js';
import { requestsFor, type TenantRequest } from './two-tenants/requests.js';
import { makeCommon, makeTenant, tokenOf, type Scene, type Tenant } from './two-tenants/tenants.js';

/** Of each operation, for each token. */
const count = Number(process.env['ORRERY_TENANT_REQUESTS'] ?? (process.env['CI'] ? 6 : 2));
const seed = Number(process.env['ORRERY_TENANT_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

let bench: ApiBench;
let api: RunningApi;
let document: ApiDocument;
let scene: Scene;
let a: Tenant;
let b: Tenant;

beforeAll(async () => {
  bench = await startApi();
  ({ api } = bench);
  document = readDocument(await (await fetch(`${api.url}/openapi.json`)).json());
  scene = { api, hosts: [] };
  const common = await makeCommon(scene);
  a = await makeTenant(scene, 'a', common);
  b = await makeTenant(scene, 'b', common);
  await b.host.controllerIsSettled();
  process.stderr.write(`two tenants: ${count} requests for each operation and token, seed ${seed}\n`);
}, 120_000);
afterAll(async () => {
  await Promise.all((scene?.hosts ?? []).map(({ agent }) => agent.close()));
  await bench?.close();
});

/** Signs by which the other can be recognized, for a tenant of this kind. */
const KINDS = [
  ['hosts', 'hosts:tenant=a', () => b.signs.ofHosts],
  ['networks', () => `networks:${a.network}`, () => b.signs.ofNetworks],
  ['both', () => `hosts:tenant=a;networks:${a.network}`, () => [...b.signs.ofHosts, ...b.signs.ofNetworks]],
] as const;

interface Heard {
  status: number;
  text: string;
}

async function send(token: string, { operation, url, headers, body }: TenantRequest): Promise<Heard> {
  const response = await api.raw(operation.method, url, { token, headers, ...(body === undefined ? {} : { body }) });
  const said = JSON.stringify([...response.headers]);
  if (response.headers.get('content-type')?.startsWith('text/event-stream')) {
    await response.body?.cancel();
    return { status: response.status, text: said };
  }
  return { status: response.status, text: `${said} ${await response.text()}` };
}

/** Signs that a tenant used in a change of its own, such as to deny an address in its network: its own events show them. */
const used = new Set<string>();

/** Signs of the other that the request itself did not name. */
const leaksIn = ({ text }: Heard, signs: readonly string[], asked = '') =>
  signs.filter((sign) => text.includes(sign) && !asked.includes(sign) && !used.has(sign));

const walked = () => document.operations.filter(({ policy }) => !['join', 'key'].includes(policy));

describe.each(KINDS)('a token whose scope is %s', (kind, scope, signsOf) => {
  it.each(ROLES)(
    'and whose role is %s learns nothing of the other tenant, and changes nothing of it',
    async (role) => {
      const signs = signsOf();
      const name = `zq9a-${kind}-${role}`;
      const token = await tokenOf(api, name, role, typeof scope === 'string' ? scope : scope());
      const first = b.pools.event?.[0] ?? '';
      const headers = { authorization: `Bearer ${token}`, 'last-event-id': first };
      const stream = await EventStream.open(`${api.url}/v1/events/stream`, headers);
      const before = await picture(api, signs.slice(1));
      const records = JSON.stringify([...b.host.controller.records].map(([id, all]) => [id, [...all]]));

      const wrong: string[] = [];
      const answered = new Map<string, number>();
      for (const operation of walked())
        for (const request of requestsFor(document, operation, { own: a, other: b, seed, count })) {
          const heard = await send(token, request);
          if (heard.status < 300) answered.set(operation.id, (answered.get(operation.id) ?? 0) + 1);
          if (heard.status < 300 && operation.method !== 'GET')
            for (const sign of signs) if (request.text.includes(sign)) used.add(sign);
          const leaks = leaksIn(heard, signs, request.text);
          if (leaks.length > 0 || heard.status === 500)
            wrong.push(`${operation.method} ${request.url} ${request.body ?? ''}: ${heard.status} ${leaks.join()}`);
        }
      expect(wrong).toEqual([]);

      await eventually(async () => (await api.database.query<object[]>('SELECT 1 FROM outbox')).length === 0);
      expect(await picture(api, signs.slice(1))).toEqual(before);
      expect(JSON.stringify([...b.host.controller.records].map(([id, all]) => [id, [...all]]))).toBe(records);
      expect(await told(name, signs)).toEqual([]);

      // An event of its own arrives after everything that it must not receive.
      await a.host.tell({
        type: 'network.changed',
        data: { node: a.host.joined.nodeId, network: a.network, after: null },
      });
      await eventually(() => stream.events.some(({ type }) => type === 'io.orrery.network.changed'), {
        what: 'an event of its own',
      });
      stream.close();
      expect(stream.messages.flatMap(({ data }) => leaksIn({ status: 200, text: data }, signs))).toEqual([]);
      expect(answered.get('listHosts')).toBeGreaterThan(0);
    },
    120_000,
  );
});

/** The events of this token that are about things of the other. */
async function told(by: string, signs: readonly string[]): Promise<unknown[]> {
  return api.database.query(
    `SELECT type, data FROM events WHERE data ->> 'by' = $1 AND (host_id = ANY ($2) OR node_id = ANY ($2) OR network_id = ANY ($2))`,
    [by, signs],
  );
}

describe('the walk through the document', () => {
  const lists = () => walked().filter(({ method, path }) => method === 'GET' && !path.endsWith('/stream'));
  const shown = async (token: string) => {
    let text = '';
    for (const operation of lists())
      for (const request of requestsFor(document, operation, { own: b, other: b, seed, count: 2 }))
        text += (await send(token, request)).text;
    return text;
  };

  it('would see every sign of a tenant: without a scope it does', async () => {
    const text = await shown(await tokenOf(api, 'whole', 'admin'));
    expect([...b.signs.ofHosts, ...b.signs.ofNetworks].filter((sign) => !text.includes(sign))).toEqual([]);
  }, 60_000);

  it.each(['hosts', 'nodes', 'commands', 'networks', 'controller_records', 'events'])(
    'catches a rule of %s that shows too much',
    async (table) => {
      const token = await tokenOf(api, `zq9a-${table.replace('_', '-')}`, 'viewer', 'hosts:tenant=a');
      const rule = 'UPDATE orrery_scope.rules SET hosts = $2 WHERE table_name = $1';
      const query = 'SELECT hosts FROM orrery_scope.rules WHERE table_name = $1';
      const [was] = await api.database.query<{ hosts: string }[]>(query, [table]);
      try {
        await api.database.query(rule, [table, 'true']);
        await api.database.query('SELECT orrery_scope.refresh()');
        const text = await shown(token);
        expect([...b.signs.ofHosts, ...b.signs.ofNetworks].filter((sign) => text.includes(sign))).not.toEqual([]);
      } finally {
        await api.database.query(rule, [table, was?.hosts]);
        await api.database.query('SELECT orrery_scope.refresh()');
      }
    },
    60_000,
  );
});

describe('a table without a rule', () => {
  it('shows nothing to a token with a scope, and everything to one without', async () => {
    await api.database.query('CREATE TABLE unruled AS SELECT 1 AS one');
    await api.database.query('SELECT orrery_scope.refresh()');
    const rows = () => api.database.query<object[]>('SELECT * FROM unruled');
    const [hosts, networks] = [Selector.parse('tenant=a'), [a.network]];
    expect(await rows()).toHaveLength(1);
    for (const scope of [
      { hosts, networks: null },
      { hosts: null, networks },
      { hosts, networks },
    ])
      expect(await withVisibility(scope, rows)).toEqual([]);
    await api.database.query('DROP TABLE unruled CASCADE');
  });
});
