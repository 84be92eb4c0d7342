import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  AcceptedGroup,
  ApiToken,
  ApiTokenMade,
  ContainerPage,
  EventPage,
  Host,
  HostPage,
  matches,
  Network,
  NetworkPage,
  Selector,
  Status,
  type Labels,
} from '@orrery/shared/contracts';
import { newId } from '@orrery/shared/runtime';
import { z } from 'zod';
import { withVisibility } from '../../apps/api/src/database/visibility.js';
import { apiFixture } from '../support/api-fixture.js';
import { joinHost } from '../support/joined-host.js';
import { eventually } from '../support/servers.js';
import { scopeOf } from '../support/scope.js';

const PROBE = newId('prb');
const [OURS, THEIRS] = ['8056c2e21c000001', '8056c2e21c000002'];

const { api } = apiFixture();
/** Everything by which the foreign host could be recognized. */
let foreign: string[];
let commandOf: Record<string, string>;
let eventOf: Record<string, string>;

beforeAll(async () => {
  foreign = ['prod-1'];
  [commandOf, eventOf] = [{}, {}];
  for (const [name, env] of [
    ['stage-1', 'staging'],
    ['prod-1', 'prod'],
  ] as const) {
    const { hostId, nodeId } = await joinHost(api, name, { labels: { env } });
    const body = { name: 'demo', networks: [OURS] };
    const made = await api.ask('POST', `/v1/hosts/${name}/containers`, z.any(), { body });
    commandOf[name] = made.body.command.id;
    await observe(hostId, nodeId);
    if (name === 'prod-1')
      foreign.push(hostId, nodeId, made.body.command.id, made.body.command.container, made.body.command.node);
    eventOf[name] = await eventually(
      async () => (await api.get(`/v1/events?host=${name}`, EventPage)).body.items.at(-1)?.id,
      { what: 'its first event' },
    );
  }
}, 90_000);

/** What an agent would have reported. */
async function observe(host: string, node: string): Promise<void> {
  const { database } = api;
  await database.query(
    "INSERT INTO node_status (node_id, host_id, state, address, ordinal, seq, updated_at) VALUES ($1, $2, 'up', substr(md5($1), 1, 10), 1, 1, now())",
    [node, host],
  );
  await database.query(
    `INSERT INTO interfaces (node_id, device, host_id, network_id, observed, ordinal, seq, updated_at)
     VALUES ($1, 'ztabc', $2, $3, '{"up": true, "mac": "02:00:00:00:00:01", "mtu": 2800, "addresses": [], "routes": []}', 1, 1, now())`,
    [node, host, OURS],
  );
  await database.query(
    `INSERT INTO findings (host_id, code, severity, cause, fix, ordinal, seq, since) VALUES ($1, 'clock-skew', 'error', 'c', 'f', 1, 1, now())`,
    [host],
  );
}

async function tokenOf(name: string, role: string, scope?: string): Promise<string> {
  const body = { name, role, ...(scope === undefined ? {} : { scope: scopeOf(scope) }) };
  return (await api.ask('POST', '/v1/tokens', ApiTokenMade, { body })).body.secret;
}

interface Route {
  verb: string;
  path: string;
  policy: string;
}

async function routes(): Promise<Route[]> {
  const document = (await (await fetch(`${api.url}/openapi.json`)).json()) as {
    paths: Record<string, Record<string, { 'x-orrery-policy': string }>>;
  };
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([verb, { 'x-orrery-policy': policy }]) => ({
      verb: verb.toUpperCase(),
      path,
      policy,
    })),
  );
}

/** The path with everything in it belonging to that host. */
function about(host: string, path: string): string {
  const names: Record<string, string> = {
    host,
    node: path.includes('/networks/') ? `${host}%2Fdemo` : host,
    name: 'demo',
    network: OURS,
    command: commandOf[host] ?? '',
    event: eventOf[host] ?? '',
    probe: PROBE,
  };
  return path.replaceAll(/\{(\w+)\}/g, (_all, name: string) => names[name] ?? 'x');
}

const BODIES: Record<string, unknown> = {
  'PATCH /v1/hosts/{host}': { setLabels: { seen: 'yes' } },
  'POST /v1/hosts/{host}/containers': { name: 'other', networks: [OURS] },
  'POST /v1/hosts/{host}/attachments': { workload: 'shop/db/1', networks: [OURS] },
  'PUT /v1/hosts/{host}/containers/{name}': { networks: [OURS], limits: { memoryMb: 64 } },
  'POST /v1/nodes/{node}/probes': { target: { kind: 'ping', host: '10.1.2.3' } },
  'PUT /v1/networks/{network}': { name: 'named' },
  'POST /v1/networks': { name: 'mine' },
  'POST /v1/networks/{network}/routes': { target: '192.168.10.0/24', via: [{ host: 'prod-1' }] },
  'PATCH /v1/networks/{network}/routes/{route}': { router: 'prod-1' },
  'POST /v1/networks/{network}/admissions': { selector: 'env', verdict: 'deny' },
  'PUT /v1/networks/{network}/admissions/{node}': { verdict: 'deny' },
  'POST /v1/commands': { selector: 'env', command: { action: 'restart', container: 'demo' }, confirm: 2 },
};

async function asked(token: string, host: string, { verb, path }: Route) {
  const body = BODIES[`${verb} ${path}`] ?? (verb === 'GET' || verb === 'DELETE' ? undefined : {});
  const query = path === '/v1/explanations' ? `?about=${host}` : '';
  const response = await api.raw(verb, about(host, path) + query, { token, ...(body === undefined ? {} : { body }) });
  return { status: response.status, text: await response.text() };
}

const isReadable = ({ verb, path, policy }: Route) =>
  verb === 'GET' && ['viewer', 'operator', 'admin'].includes(policy) && !path.endsWith('/stream');

describe('a token whose scope is some hosts', () => {
  it('reads nothing of any other host, on any route; without the scope it would', async () => {
    const [scoped, whole] = [await tokenOf('reader', 'admin', 'hosts:env=staging'), await tokenOf('whole', 'admin')];
    const shown: string[] = [];
    const told: string[] = [];
    for (const route of (await routes()).filter(isReadable)) {
      const answer = await asked(scoped, 'prod-1', route);
      const control = await asked(whole, 'prod-1', route);
      const leaks = (text: string) => foreign.filter((sign) => text.includes(sign));
      const echo = about('prod-1', route.path);
      // The refusal can repeat what the request itself named.
      if (answer.status < 400 ? leaks(answer.text).length > 0 : ![403, 404, 409].includes(answer.status))
        shown.push(`${route.path}: ${answer.status} ${leaks(answer.text).join()}`);
      if (answer.status < 400 && route.path.includes('{') && !route.path.includes('{network}')) shown.push(echo);
      if (control.status === 200 && leaks(control.text).length > 0) told.push(route.path);
    }
    expect(shown).toEqual([]);
    expect(told.length).toBeGreaterThanOrEqual(13);
  });

  it('reads everything of its own', async () => {
    const scoped = await tokenOf('owner', 'viewer', 'hosts:env=staging');
    const { body } = await api.ask('GET', '/v1/hosts', HostPage, { token: scoped });
    expect(body.items.map(({ name }) => name)).toEqual(['stage-1']);
    const { body: status } = await api.ask('GET', '/v1/status', Status, { token: scoped });
    expect([status.hosts.joined, status.containers.total]).toEqual([1, 1]);
    const events = await api.ask('GET', '/v1/events', EventPage, { token: scoped });
    expect(events.body.items.length).toBeGreaterThan(1);
    expect(new Set(events.body.items.map(({ source }) => source))).toEqual(new Set(['/hosts/stage-1']));
    const networks = await api.ask('GET', '/v1/networks', NetworkPage, { token: scoped });
    expect(networks.body.items[0]?.memberships.total).toBe(1);
  });

  it('changes nothing of any other host, but can change its own', async () => {
    const scoped = await tokenOf('changer', 'admin', 'hosts:env=staging');
    const before = await picture('prod-1');
    const done: string[] = [];
    for (const route of (await routes()).filter(({ verb, policy }) => verb !== 'GET' && policy !== 'join')) {
      if (!['operator', 'admin'].includes(route.policy) || route.path === '/v1/networks/{network}') continue;
      const { status } = await asked(scoped, 'prod-1', route);
      if (![403, 404, 409].includes(status)) done.push(`${route.verb} ${route.path}: ${status}`);
    }
    expect(done).toEqual([]);
    expect(await picture('prod-1')).toEqual(before);
    const body = { selector: 'env', command: { action: 'restart', container: 'demo' } };
    const fanOut = await api.ask('POST', '/v1/commands', AcceptedGroup, { token: scoped, body });
    expect(fanOut.body.commands.map(({ host }) => host.name)).toEqual(['stage-1']);
    const patch = { token: scoped, body: { setLabels: { tier: 'web' } } };
    await api.ask('PATCH', '/v1/hosts/stage-1', Host, patch);
  });

  it('cannot move a host out of its scope, and a host that is moved out is unknown at once', async () => {
    const scoped = await tokenOf('mover', 'operator', 'hosts:env=staging');
    await api.refused('PATCH', '/v1/hosts/stage-1', 'forbidden', {
      token: scoped,
      body: { setLabels: { env: 'prod' } },
    });
    await api.ask('GET', '/v1/hosts/stage-1', Host, { token: scoped });
    await api.ask('PATCH', '/v1/hosts/stage-1', Host, { body: { setLabels: { env: 'prod' } } });
    await api.refused('GET', '/v1/hosts/stage-1', 'unknown-host', { token: scoped });
    await api.ask('PATCH', '/v1/hosts/stage-1', Host, { body: { setLabels: { env: 'staging' } } });
  });

  it('receives from the stream only events of its own hosts, until it is revoked', async () => {
    const scoped = await tokenOf('listener', 'viewer', 'hosts:env=staging');
    const headers = { authorization: `Bearer ${scoped}` };
    const response = await fetch(`${api.url}/v1/events/stream`, { headers });
    let heard = '';
    const reading = (async () => {
      for await (const chunk of response.body ?? []) heard += Buffer.from(chunk as Uint8Array).toString();
    })();
    await api.ask('PATCH', '/v1/hosts/prod-1', Host, { body: { setLabels: { round: 'a' } } });
    await api.ask('PATCH', '/v1/hosts/stage-1', Host, { body: { setLabels: { round: 'a' } } });
    await eventually(() => heard.includes('/hosts/stage-1'), { what: 'the event of its own host' });
    expect(foreign.filter((sign) => heard.includes(sign))).toEqual([]);
    await api.ask('DELETE', '/v1/tokens/listener', ApiToken);
    await reading.catch(() => undefined);
    await api.refused('GET', '/v1/hosts', 'unauthenticated', { token: scoped });
  });

  it('cannot create tokens, or see those of others', async () => {
    const scoped = await tokenOf('climber', 'admin', 'hosts:env=staging');
    const body = { name: 'ladder', role: 'admin' };
    await api.refused('POST', '/v1/tokens', 'forbidden', { token: scoped, body });
    for (const path of ['/v1/tokens', '/v1/join-tokens', '/v1/install', '/metrics'])
      await api.refused('GET', path, 'forbidden', { token: scoped });
    await api.ask('POST', '/v1/tokens', ApiTokenMade, { body });
  });

  async function picture(host: string): Promise<unknown> {
    return api.database.query(
      `SELECT h.name, h.labels, h.revision, h.version, (SELECT count(*) FROM commands c WHERE c.host_id = h.id) AS commands
         FROM hosts h WHERE h.name = $1`,
      [host],
    );
  }
});

describe('a token whose scope is some networks', () => {
  it('changes memberships of those alone', async () => {
    const scoped = await tokenOf('joiner', 'operator', `networks:${OURS}`);
    const put = (network: string) => ['PUT', `/v1/nodes/stage-1/networks/${network}`] as const;
    await api.refused(...put(THEIRS), 'forbidden', { token: scoped, body: {} });
    await api.ask(...put(OURS), z.any(), { token: scoped, body: {} });
    await api.ask(...put(THEIRS), z.any(), { body: {} });
    await api.refused('DELETE', `/v1/nodes/stage-1/networks/${THEIRS}`, 'forbidden', { token: scoped });
    await api.refused('PUT', `/v1/networks/${THEIRS}`, 'forbidden', { token: scoped, body: { name: 'mine' } });
    const body = { name: 'two', networks: [OURS, THEIRS] };
    await api.refused('POST', '/v1/hosts/stage-1/containers', 'forbidden', { token: scoped, body });
  });
});

describe('a token for networks alone', () => {
  it('changes no host that has nodes in its networks; a token that also names the host does', async () => {
    const scoped = await tokenOf('netop', 'admin', `networks:${OURS}`);
    const body = { setLabels: { seen: 'yes' } };
    await api.refused('PATCH', '/v1/hosts/stage-1', 'forbidden', { token: scoped, body });
    for (const verb of ['pause', 'resume', 'revoke', 'rotate'])
      await api.refused('POST', `/v1/hosts/stage-1/${verb}`, 'forbidden', { token: scoped });
    await api.refused('DELETE', '/v1/hosts/stage-1?confirm=stage-1', 'forbidden', { token: scoped });
    const both = await tokenOf('both', 'operator', `hosts:env=staging;networks:${OURS}`);
    await api.ask('PATCH', '/v1/hosts/stage-1', Host, { token: both, body });
  });

  it('could not even with a route that forgot to refuse it: the database does', async () => {
    const scope = { hosts: null, networks: [OURS] };
    const write = (column: string) => () =>
      api.database.query(`UPDATE hosts SET ${column} WHERE name = 'stage-1' RETURNING 1`);
    await expect(withVisibility(scope, write("labels = '{}'"))).rejects.toMatchObject({
      driverError: { code: '44000' },
    });
    await expect(withVisibility(scope, write('paused = true'))).rejects.toMatchObject({
      driverError: { code: '44000' },
    });
    await withVisibility(scope, write('revision = revision'));
  });

  it('sees of a host what is in its networks, but not its other containers', async () => {
    await api.ask('POST', '/v1/hosts/stage-1/containers', z.any(), { body: { name: 'elsewhere', networks: [THEIRS] } });
    const scoped = await tokenOf('netviewer', 'operator', `networks:${OURS}`);
    const { body } = await api.ask('GET', '/v1/containers?host=stage-1', ContainerPage, { token: scoped });
    expect(body.items.map(({ name }) => name)).toContain('demo');
    expect(body.items.map(({ name }) => name)).not.toContain('elsewhere');
    const again = { token: scoped, body: { name: 'elsewhere', networks: [OURS] } };
    const { detail } = await api.refused('POST', '/v1/hosts/stage-1/containers', 'container-differs', again);
    expect(detail).toBe('the name elsewhere is taken on stage-1');
    await api.ask('POST', '/v1/hosts/stage-1/containers', z.any(), {
      token: scoped,
      body: { name: 'third', networks: [OURS] },
    });
  });
});

describe('a token for hosts alone', () => {
  const NAMED = '8056c2e21c00000a';

  it('cannot give a network a name or remove one, because an admin refers to networks by name', async () => {
    const scoped = await tokenOf('namer', 'admin', 'hosts:env=staging');
    await api.ask('PUT', `/v1/networks/${NAMED}`, z.any(), { body: { name: 'corp' } });
    for (const network of [NAMED, OURS, '8056c2e21c0000ff'])
      await api.refused('PUT', `/v1/networks/${network}`, 'forbidden', { token: scoped, body: { name: 'mine' } });
    await api.refused('PATCH', `/v1/networks/${NAMED}`, 'forbidden', { token: scoped, body: { name: 'mine' } });
    await api.refused('DELETE', `/v1/networks/${NAMED}`, 'forbidden', { token: scoped });
    await api.refused('DELETE', `/v1/networks/${NAMED}`, 'forbidden', {
      token: await tokenOf('unnamer', 'admin', `networks:${NAMED}`),
    });
  });

  it('joins its hosts to networks that nobody here has named, and to those that it sees', async () => {
    const scoped = await tokenOf('hostjoiner', 'operator', 'hosts:env=staging');
    const put = (network: string) => ['PUT', `/v1/nodes/stage-1/networks/${network}`] as const;
    await api.refused(...put('corp'), 'unknown-network', { token: scoped, body: {} });
    await api.refused(...put(NAMED), 'forbidden', { token: scoped, body: {} });
    await api.ask(...put('8056c2e21c0000aa'), z.any(), { token: scoped, body: {} });
    await api.ask(...put(NAMED), z.any(), { body: {} });
    const { body } = await api.ask('GET', '/v1/networks/corp', Network, { token: scoped });
    expect(body).toMatchObject({ id: NAMED, memberships: { total: 1 } });
    await api.ask(...put('corp'), z.any(), { token: scoped, body: {} });
  });
});

describe('the schemas of scopes', () => {
  it('interpret a selector as everything else does', async () => {
    const SELECTORS = ['env', '!env', 'env=staging', 'env!=staging', 'env=staging,env=prod', 'env,!nothing,env!=prod'];
    for (const text of SELECTORS) {
      const selector = Selector.parse(text);
      const names = await withVisibility({ hosts: selector, networks: null }, () =>
        api.database.query<{ name: string }[]>('SELECT name FROM hosts ORDER BY name'),
      );
      const all = await api.database.query<{ name: string; labels: Labels }[]>(
        'SELECT name, labels FROM hosts ORDER BY name',
      );
      const matching = all.filter(({ labels }) => matches(selector, labels)).map(({ name }) => name);
      expect([text, names.map(({ name }) => name)]).toEqual([text, matching]);
    }
    const broken = [{ key: 'env', op: 'nearly', value: 'staging' }] as unknown as Selector;
    for (const hosts of [broken, []])
      expect(await withVisibility({ hosts, networks: null }, () => api.database.query('SELECT 1 FROM hosts'))).toEqual(
        [],
      );
  });

  it.each(['orrery_scope', 'orrery_scope_networks'])('have a view of every table: %s', async (schema) => {
    const tables = await api.database.query<{ name: string }[]>(
      `SELECT c.relname AS name FROM pg_class c
        WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
          AND c.relname NOT IN (SELECT table_name FROM orrery_scope.open) ORDER BY 1`,
    );
    const open = await api.database.query<{ name: string }[]>('SELECT table_name AS name FROM orrery_scope.open');
    expect(open.map(({ name }) => name).sort()).toEqual(['event_days', 'idempotency', 'outbox', 'store']);
    const views = await api.database.query<{ name: string }[]>(
      `SELECT table_name AS name FROM information_schema.views WHERE table_schema = $1 AND table_name <> 'own_addresses' ORDER BY 1`,
      [schema],
    );
    expect(views).toEqual(tables);
    expect(tables.length).toBeGreaterThan(30);
  });
});
