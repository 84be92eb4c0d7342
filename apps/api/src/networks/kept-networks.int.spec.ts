import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  Accepted,
  Admission,
  ApiTokenMade,
  Controller,
  DryRun,
  Network,
  NetworkMade,
  NetworkPage,
  type NetworkId,
  type NetworkPost,
} from '@orrery/shared/contracts';
import { type RunningApi } from '../../../../test/support/api.js';
import { apiFixture } from '../../../../test/support/api-fixture.js';
import { ControllerHost } from '../../../../test/support/controller-host.js';
import { eventually } from '../../../../test/support/servers.js';
import { contains } from './check-config.js';
import { scopeOf } from '../../../../test/support/scope.js';

const FOREIGN = '8056c2e21c00000a';
const STRANGER = 'deadbeef01';
const away = { result: 'trouble', code: 'controller-unreachable', cause: 'it is off', fix: 'Start it.' } as const;

const { api } = apiFixture();
let hosts: ControllerHost[];
let count = 0;

/** Each test starts without a controller. */
beforeEach(() => {
  hosts = [];
  count++;
});
afterEach(async () => {
  for (const host of hosts) await host.close();
  await api.database.query('UPDATE host_status SET prefixes = NULL');
});

async function withController(): Promise<ControllerHost> {
  const host = await ControllerHost.join(api, `web-${count}-${hosts.length}`);
  hosts.push(host);
  return host;
}

const lab = () => `lab-${count}`;
const body = (more: Partial<NetworkPost> = {}) => ({ name: lab(), ...more });
const create = async (more: Partial<NetworkPost> = {}, headers = {}) =>
  (await api.ask('POST', '/v1/networks', NetworkMade, { body: body(more), headers })).body;
const refusedToMake = (code: Parameters<RunningApi['refused']>[2], more: object = {}) =>
  api.refused('POST', '/v1/networks', code, { body: { ...body(), ...more } });
const get = async (id: NetworkId) => (await api.get(`/v1/networks/${id}`, Network)).body;
const names = async () => (await api.get('/v1/networks', NetworkPage)).body.items.map(({ name }) => name);
const patch = (id: NetworkId, change: object, headers = {}) =>
  api.ask('PATCH', `/v1/networks/${id}`, Network, { body: change, headers });

describe('a new network', () => {
  it('needs a controller: the only one, or a named one', async () => {
    expect((await refusedToMake('no-controller')).detail).toContain('no controller');
    const { name } = await withController();
    await refusedToMake('unknown-controller', { controller: 'nowhere' });
    expect(await create()).toMatchObject({ managedBy: { name } });
    await withController();
    expect((await refusedToMake('no-controller', { name: `${lab()}-b` })).detail).toContain('several controllers');
    expect(await create({ name: `${lab()}-b`, controller: name })).toMatchObject({ managedBy: { name } });
  });

  it('needs a unique name, and its controller creates no second one', async () => {
    const host = await withController();
    const { id } = await create();
    const { detail, fix } = await refusedToMake('name-taken');
    expect([detail, fix]).toEqual([expect.stringContaining(lab()), expect.stringContaining('another name')]);
    expect(host.asked('put-network').map(({ network }) => network)).toEqual([id]);
    expect([...host.controller.networks.keys()]).toEqual([id]);
    await create({ name: `${lab()}-b` });
    expect(host.controller.networks.size).toBe(2);
  });

  it('is named after its controller, and gets a pool that overlaps nothing that hosts or other networks reach', async () => {
    const host = await withController();
    await host.hello([], ['10.0.0.0/9', '192.168.1.0/24']);
    const made = await create();
    expect([made.id.slice(0, 10), made.checkedHosts]).toEqual([host.controller.address, expect.any(Number)]);
    expect(made.checkedHosts).toBeGreaterThanOrEqual(1);
    const target = made.config?.routes[0]?.target ?? '';
    expect(contains('10.128.0.0/9', target.split('/')[0] ?? '')).toBe(true);
    expect(host.controller.networks.get(made.id)).toMatchObject({ name: lab(), config: made.config });
  });

  it('is refused, naming the routes that take the space, when a host claims all of it; naming a pool insists on it', async () => {
    const host = await withController();
    await host.hello([], ['10.0.0.0/9', '172.16.0.0/12', '10.128.0.0/9', '10.9.0.0/16']);
    const full = await refusedToMake('no-free-pool');
    expect(full.detail).toBe(
      `no /24 of 10.0.0.0/8 is free: host ${host.name} takes all of it (10.0.0.0/9, 10.128.0.0/9 and 1 more)`,
    );
    const insist = new RegExp(`orrery network create ${lab()} --pool (10\\.\\d+\\.\\d+)\\.0/24`).exec(full.fix ?? '');
    expect(full.fix).toContain(`orrery host revoke ${host.name}`);
    const [, base = ''] = insist ?? [];
    const config = {
      pools: [{ start: `${base}.1`, end: `${base}.254` }],
      routes: [{ target: `${base}.0/24`, via: null }],
    };
    await api.ask('POST', '/v1/networks?dryRun=true', DryRun, { body: body({ config }) });
    const made = await create({ config });
    const prefix = Number(base.split('.')[1]) < 128 ? '10.0.0.0/9' : '10.128.0.0/9';
    expect(made).toMatchObject({ checkedHosts: null, config });
    expect(made.overlaps).toEqual([{ target: `${base}.0/24`, host: host.name, prefix }]);
    expect(host.controller.networks.get(made.id)).toMatchObject({ config });
  });

  it('is refused to a token with a scope, which would learn whose routes are in the way', async () => {
    const host = await withController();
    await host.hello([], ['10.0.0.0/8']);
    const scope = { hosts: 'site=elsewhere', networks: [FOREIGN] };
    const post = { name: `scoped-${count}`, role: 'operator', scope };
    const { secret: token } = (await api.ask('POST', '/v1/tokens', ApiTokenMade, { body: post })).body;
    for (const query of ['', '?dryRun=true']) {
      const refused = await api.refused('POST', `/v1/networks${query}`, 'forbidden', { body: body(), token });
      expect(JSON.stringify(refused)).not.toContain(host.name);
    }
    expect((await refusedToMake('no-free-pool')).detail).toContain(host.name);
  });

  it('avoids the prefixes that a host claims until the key of the host is revoked', async () => {
    const host = await withController();
    const evil = await ControllerHost.join(api, `evil-${count}`);
    hosts.push(evil);
    await evil.hello([], ['10.0.0.0/8']);
    const { name } = host;
    expect((await refusedToMake('no-free-pool', { controller: name })).detail).toContain(`host evil-${count}`);
    await api.database.query('UPDATE hosts SET key_revoked_at = now() WHERE name = $1', [`evil-${count}`]);
    expect(await create({ controller: name })).toMatchObject({ overlaps: [], checkedHosts: expect.any(Number) });
  });

  it.each([
    ['a pool that ends before it begins', 'config.pools.0', { pools: [{ start: '10.5.0.9', end: '10.5.0.2' }] }],
    ['a pool to which no route leads', 'config.pools.1', { pools: [good(), { start: '10.6.0.1', end: '10.6.0.9' }] }],
    ['a pool with two families', 'config.pools.0', { pools: [{ start: '10.5.0.9', end: 'fd00::1' }] }],
    ['a pool that is not an address', 'config.pools.0.start', { pools: [{ start: '10.5.0.999', end: '10.5.0.9' }] }],
    ['the same route twice', 'config.routes.1', { routes: [onLink(), onLink()] }],
    ['a route that is not a prefix', 'config.routes.0.target', { routes: [{ target: '10.5.0.0/33' }] }],
    [
      'a route via an address of another family',
      'config.routes.0',
      { routes: [{ target: '10.5.0.0/24', via: 'fe80::1' }] },
    ],
    ['an MTU that no controller accepts', 'config.mtu', { mtu: 60_000 }],
    ['a setting that does not exist', 'config', { colour: 'red' }],
  ])('is refused with %s, the field is named, and the controller is not contacted', async (_, path, wrong) => {
    const host = await withController();
    const config = { routes: [onLink()], ...wrong };
    const { errors } = await refusedToMake('bad-request', { config });
    expect(errors?.map((error) => error.path)).toContain(path);
    expect([host.changes, await names()]).toEqual([[], expect.not.arrayContaining([lab()])]);
    await create({ config: { pools: [good()], routes: [onLink()] } });
    expect(host.changes).toHaveLength(1);
  });

  it('is created once with the same Idempotency-Key, even by many simultaneous requests', async () => {
    const host = await withController();
    const headers = { 'idempotency-key': `key of ${lab()}` };
    const made = await Promise.all(Array.from({ length: 6 }, () => create({}, headers)));
    const again = await create({}, headers);
    expect(new Set([...made, again].map(({ id }) => id)).size).toBe(1);
    expect([...host.controller.networks.keys()]).toEqual([again.id]);
    await api.refused('POST', '/v1/networks', 'idempotency-mismatch', { body: body({ name: 'other' }), headers });
  });

  it('is not created by a dry run, which never reaches the controller; it is by the same request without', async () => {
    const host = await withController();
    await api.ask('POST', '/v1/networks?dryRun=true', DryRun, { body: body() });
    expect([host.changes, await names()]).toEqual([[], expect.not.arrayContaining([lab()])]);
    await create();
    expect(host.changes).toHaveLength(1);
  });

  it('is pending while its controller is unreachable, and created there when it is back', async () => {
    const host = await withController();
    await create({ name: `${lab()}-first` });
    host.controller.trouble = away;
    const { id, sync } = await create();
    expect(sync).toEqual({ state: 'pending', cause: 'it is off' });
    host.controller.trouble = undefined;
    await eventually(() => host.controller.networks.has(id), { within: 20_000 });
    await eventually(async () => (await get(id)).sync?.state === 'applied', { within: 20_000 });
  });
});

describe('a changed network', () => {
  it('is put on its controller with the named fields changed, and all else as before', async () => {
    const host = await withController();
    const config = { pools: [good()], routes: [onLink()], mtu: 1400, broadcast: false };
    const { id, config: was, admission } = await create({ config });
    const { body: now } = await patch(id, { config: { mtu: 1500 } });
    expect([now.config, now.admission, now.name]).toEqual([{ ...was, mtu: 1500 }, admission, lab()]);
    expect(host.asked('put-network').at(-1)).toEqual({
      do: 'put-network',
      network: id,
      name: lab(),
      config: now.config,
    });
    await patch(id, { name: `${lab()}-new` });
    expect(host.asked('put-network').at(-1)).toMatchObject({ name: `${lab()}-new`, config: now.config });
    const puts = host.asked('put-network').length;
    await patch(id, { admission: { by: 'manual' } });
    expect((await get(id)).admission).toMatchObject({ by: 'manual' });
    expect(host.asked('put-network')).toHaveLength(puts);
  });

  it('is refused for the same reasons as a new one: the combined config must be valid', async () => {
    const host = await withController();
    const { id } = await create({ config: { pools: [good()], routes: [onLink()] } });
    const elsewhere = { routes: [{ target: '10.6.0.0/24' }] };
    const wrong = await api.refused('PATCH', `/v1/networks/${id}`, 'bad-request', { body: { config: elsewhere } });
    expect(wrong.errors?.[0]?.path).toBe('config.pools.0');
    await api.refused('PATCH', `/v1/networks/${id}`, 'bad-request', { body: {} });
    expect(host.asked('put-network')).toHaveLength(1);
    const pools = [{ start: '10.6.0.1', end: '10.6.0.9' }];
    await patch(id, { config: { ...elsewhere, pools } });
    expect(host.controller.networks.get(id)?.config.pools).toEqual(pools);
  });

  it('is not changed when the version is outdated', async () => {
    const host = await withController();
    const { id } = await create();
    const { headers } = await api.get(`/v1/networks/${id}`, Network);
    const tag = { 'if-match': headers.get('etag') ?? '' };
    await patch(id, { config: { mtu: 1500 } }, tag);
    await api.refused('PATCH', `/v1/networks/${id}`, 'revision-conflict', {
      ...{ body: { config: { mtu: 1300 } }, headers: tag },
    });
    expect(host.controller.networks.get(id)?.config.mtu).toBe(1500);
  });

  it('is not changed by a dry run, which never reaches its controller', async () => {
    const host = await withController();
    const { id, version } = await create();
    host.controller.asked.length = 0;
    const change = { body: { config: { mtu: 1500 } } };
    await api.ask('PATCH', `/v1/networks/${id}?dryRun=true`, DryRun, change);
    await api.ask('DELETE', `/v1/networks/${id}?dryRun=true&confirm=${lab()}`, DryRun);
    expect([(await get(id)).version, host.changes]).toEqual([version, []]);
  });

  it('can only be named when someone else keeps it', async () => {
    const host = await withController();
    const path = `/v1/networks/${FOREIGN}`;
    await api.ask('PUT', `/v1/nodes/${host.name}/networks/${FOREIGN}`, Accepted, { body: {} });
    for (const change of [{ config: { mtu: 1500 } }, { admission: { by: 'manual' } }])
      await api.refused('PATCH', path, 'network-not-kept', { body: change });
    await api.refused('PUT', `${path}/admissions/${STRANGER}`, 'network-not-kept', { body: { verdict: 'authorize' } });
    await api.refused('DELETE', path, 'network-not-kept');
    expect((await patch(FOREIGN, { name: 'theirs' })).body).toMatchObject({ name: 'theirs', managedBy: null });
    await api.refused('PATCH', path, 'network-not-kept', { body: { config: { mtu: 1500 } } });
    await api.ask('DELETE', path, Network);
    expect([host.changes, (await get(FOREIGN)).name]).toEqual([[], null]);
  });
});

describe('the deletion of a network', () => {
  it('needs its name typed, and happens on its controller as well', async () => {
    const host = await withController();
    const { id } = await create();
    const { fix } = await api.refused('DELETE', `/v1/networks/${id}`, 'confirmation-required');
    expect(fix).toContain(lab());
    await api.refused('DELETE', `/v1/networks/${id}?confirm=other`, 'confirmation-required');
    expect([host.controller.networks.has(id), host.asked('delete-network')]).toEqual([true, []]);
    const { body } = await api.ask('DELETE', `/v1/networks/${id}?confirm=${lab()}`, Network);
    expect(body.sync).toEqual({ state: 'applied', cause: null });
    expect(host.controller.networks.has(id)).toBe(false);
    await api.refused('GET', `/v1/networks/${id}`, 'unknown-network');
    expect((await create()).id).not.toBe(id);
  });

  it('is carried out on an unreachable controller when that is back', async () => {
    const host = await withController();
    const { id } = await create();
    host.controller.trouble = away;
    const { body } = await api.ask('DELETE', `/v1/networks/${id}?confirm=${lab()}`, Network);
    expect(body.sync).toMatchObject({ state: 'pending', cause: expect.stringContaining('not confirmed') });
    await api.refused('GET', `/v1/networks/${id}`, 'unknown-network');
    expect(host.controller.networks.has(id)).toBe(true);
    host.controller.trouble = undefined;
    await eventually(() => !host.controller.networks.has(id), { within: 20_000, what: 'it is deleted there, too' });
    await eventually(async () => (await stillToDelete(id)).length === 0);
  });

  const stillToDelete = (id: NetworkId) =>
    api.database.query<object[]>('SELECT 1 FROM network_deletions WHERE network_id = $1', [id]);
});

describe('a token whose scope is a network', () => {
  it('changes only that network, and creates none', async () => {
    const host = await withController();
    const { id } = await create();
    const { id: other } = await create({ name: `${lab()}-b` });
    const token = await tokenOf(`networks:${lab()}`);
    const changes = host.changes.length;
    const path = `/v1/networks/${other}`;
    const admission = { body: { verdict: 'authorize' }, token };
    await api.refused('PATCH', path, 'forbidden', { body: { config: { mtu: 1500 } }, token });
    await api.refused('PUT', path, 'forbidden', { body: { name: 'mine' }, token });
    await api.refused('DELETE', `${path}?confirm=${lab()}-b`, 'forbidden', { token });
    await api.refused('PUT', `${path}/admissions/${STRANGER}`, 'forbidden', admission);
    await api.refused('DELETE', `${path}/admissions/${STRANGER}`, 'forbidden', { token });
    await api.refused('DELETE', `/v1/controllers/${host.name}?confirm=${host.name}`, 'forbidden', { token });
    expect(host.changes).toHaveLength(changes);
    await api.refused('POST', '/v1/networks', 'forbidden', { body: body({ name: `${lab()}-c` }), token });
    expect([...host.controller.networks.keys()].sort()).toEqual([id, other].sort());
    await api.ask('PATCH', `/v1/networks/${id}`, Network, { body: { config: { mtu: 1500 } }, token });
    await api.ask('PUT', `/v1/networks/${id}/admissions/${STRANGER}`, Admission, admission);
    expect(host.controller.record(id, STRANGER)).toMatchObject({ authorized: true });
    await api.ask('DELETE', `/v1/networks/${id}?confirm=${lab()}`, Network, { token });
  });
});

describe('a token whose scope is some hosts', () => {
  it('changes no network that Orrery keeps, which concerns all hosts in it, unless the scope names the network as well', async () => {
    const host = await withController();
    const { id } = await create();
    const [changes, path] = [host.changes.length, `/v1/networks/${id}`];
    const token = await tokenOf('hosts:site=cloud');
    await api.refused('PATCH', path, 'forbidden', { body: { admission: { by: 'manual' } }, token });
    await api.refused('DELETE', `${path}?confirm=${lab()}`, 'forbidden', { token });
    await api.refused('POST', '/v1/networks', 'forbidden', { body: body({ name: `${lab()}-b` }), token });
    const stranger = { body: { verdict: 'authorize' }, token };
    await api.refused('PUT', `${path}/admissions/${STRANGER}`, 'unknown-node', stranger);
    expect(host.changes).toHaveLength(changes);
    const both = await tokenOf(`hosts:site=cloud;networks:${lab()}`);
    await api.ask('PATCH', path, Network, { body: { config: { mtu: 1500 } }, token: both });
    expect(host.controller.networks.get(id)?.config.mtu).toBe(1500);
  });
});

let tokens = 0;
const tokenOf = async (scope: string) =>
  (
    await api.ask('POST', '/v1/tokens', ApiTokenMade, {
      body: { name: `token-${++tokens}`, role: 'operator', scope: scopeOf(scope) },
    })
  ).body.secret;

describe('a controller that keeps networks', () => {
  it('is removed only with force; its networks then continue without Orrery, with their names', async () => {
    const host = await withController();
    const { id } = await create();
    const { detail } = await api.refused('DELETE', `/v1/controllers/${host.name}`, 'controller-in-use');
    expect(detail).toBe(`${host.name} has 1 network`);
    const changes = host.changes.length;
    await api.ask('DELETE', `/v1/controllers/${host.name}?confirm=${host.name}`, Controller);
    expect(await get(id)).toMatchObject({ name: lab(), managedBy: null, config: null, admission: null, sync: null });
    expect(host.changes).toHaveLength(changes);
    expect(host.controller.networks.has(id)).toBe(true);
    await api.refused('PATCH', `/v1/networks/${id}`, 'network-not-kept', { body: { config: { mtu: 1500 } } });
  });

  it('is removed without force when it no longer keeps any', async () => {
    const host = await withController();
    const { id } = await create();
    await api.ask('DELETE', `/v1/networks/${id}?confirm=${lab()}`, Network);
    await api.ask('DELETE', `/v1/controllers/${host.name}`, Controller);
  });
});

function good() {
  return { start: '10.5.0.1', end: '10.5.0.9' };
}
function onLink() {
  return { target: '10.5.0.0/24', via: null };
}
