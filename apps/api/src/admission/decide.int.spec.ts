import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  Accepted,
  Admission,
  AdmissionPage,
  AdmissionsChanged,
  ApiTokenMade,
  Controller,
  EventBatchReply,
  EventPage,
  HelloReply,
  Network,
  NetworkMade,
  subjects,
  type Command,
  type JoinReply,
  type NetworkPost,
  type NodeAddress,
} from '@orrery/shared/contracts';
import { newId } from '@orrery/shared/runtime';
import pg from 'pg';
import { apiFixture } from '../../../../test/support/api-fixture.js';
import { newAddress } from '../../../../test/support/controller-host.js';
import { FakeController } from '../../../../test/support/fake-controller.js';
import { joinHost, ListeningAgent } from '../../../../test/support/joined-host.js';
import { eventually } from '../../../../test/support/servers.js';

const STRANGER = 'deadbeef01';
const away = { result: 'trouble', code: 'controller-unreachable', cause: 'it is off', fix: 'Start it.' } as const;

const { bench, api } = apiFixture();
let joined: JoinReply;
let agent: ListeningAgent;
let controller: FakeController;
let count = 0;

/** Each test has one host with a controller in its own daemon, and nothing else. */
beforeEach(async () => {
  joined = await joinHost(api, `web-${++count}`);
  agent = await ListeningAgent.connect(joined);
  controller = new FakeController(newAddress());
  agent.answer = (call) => controller.answer(call);
  await addController(joined.name);
});

afterEach(() => agent?.close());

const addController = async (node: string) =>
  (await api.ask('POST', '/v1/controllers', Controller, { body: { kind: 'self-hosted', node } })).body;
const create = async (more: Partial<NetworkPost> = {}) =>
  (
    await api.ask('POST', '/v1/networks', NetworkMade, {
      body: { name: `lab-${count}`, controller: joined.name, ...more },
    })
  ).body;
const launch = async (name: string, network: string): Promise<Command> =>
  (await api.ask('POST', `/v1/hosts/${joined.name}/containers`, Accepted, { body: { name, networks: [network] } })).body
    .command;
const put = async (network: string, node: string, body: object) =>
  (await api.ask('PUT', `/v1/networks/${network}/admissions/${encodeURIComponent(node)}`, Admission, { body })).body;
const admissions = async (query: string) => (await api.get(`/v1/admissions?${query}`, AdmissionPage)).body.items;
const told = async (type: string, network: string) =>
  (await api.get(`/v1/events?type=${type}&network=${network}`, EventPage)).body.items.map(({ data }) => data);
const isIn = (network: string, address: NodeAddress) => controller.record(network, address)?.authorized;

/** Reports identities that the agent has pre-generated. */
async function offer(...freeIdentities: NodeAddress[]): Promise<void> {
  const hello = {
    ...{ epoch: newId('epo'), agentVersion: 'test', simulated: true, revision: 0, digest: null },
    ...{ inventory: '0'.repeat(64), journalHead: 0, at: new Date().toISOString(), freeIdentities },
    prefixes: ['10.77.0.0/16', '192.168.1.0/24'],
  };
  await agent.bus.request(subjects.hello(joined.hostId), hello, HelloReply, 5000);
}

describe('a launch with a pre-generated identity', () => {
  it('is authorized before its host knows about it, and shows this', async () => {
    const address = newAddress();
    await offer(address);
    const { id } = await create();
    const command = await launch('demo', id);
    await eventually(() => agent.newest?.items.length === 2, { what: 'the host hears of it' });
    expect(isIn(id, address)).toBe(true);
    expect(agent.newest?.items.find(({ kind }) => kind === 'container')).toMatchObject({ identity: address });
    await eventually(async () => (await told('admission.authorized', id)).length === 1);
    expect(await told('admission.authorized', id)).toMatchObject([{ address, by: 'admission: fleet' }]);
    const { stages } = (await api.get(`/v1/commands/${command.id}`, Accepted.shape.command)).body;
    expect(stages).toContainEqual(
      expect.objectContaining({ stage: 'authorized', detail: `${address} (admission: fleet)` }),
    );
  });

  it('takes a different one from a simultaneous launch, and none when none is left', async () => {
    const [one, two] = [newAddress(), newAddress()];
    await offer(one, two);
    const { id } = await create();
    await Promise.all(['a', 'b', 'c'].map((name) => launch(name, id)));
    await eventually(() => agent.newest?.items.length === 6);
    const identities = agent.newest?.items.flatMap((item) => (item.kind === 'container' ? [item['identity']] : []));
    expect([...(identities ?? [])].sort()).toEqual([one, two, undefined].sort());
  });

  it('without one is authorized at once when its host reports its address, and only once', async () => {
    const address = newAddress();
    const epoch = newId('epo');
    const { id } = await create();
    const { node } = await launch('cold', id);
    await eventually(() => agent.newest?.items.length === 2);
    let seq = 0;
    const up = async () => {
      const after = { address, version: '1.14.1', online: true };
      const event = { seq: ++seq, at: new Date().toISOString(), type: 'node.up', data: { node, after } };
      const batch = { epoch, from: seq, events: [event] };
      expect(await agent.bus.request(subjects.events(joined.hostId), batch, EventBatchReply, 5000)).toMatchObject({
        result: 'stored',
      });
    };
    const heard: string[] = [];
    const client = new pg.Client(bench.databaseUrl);
    await client.connect();
    client.on('notification', ({ payload }) => heard.push(payload ?? ''));
    await client.query('LISTEN orrery_admission');
    await up();
    await eventually(() => heard.includes(`${id} ${address}`), { what: 'the hint' });
    await eventually(async () => (await admissions(`network=${id}`))[0]?.controller?.authorized);
    heard.length = 0;
    await up();
    await client.query(`NOTIFY orrery_admission, 'end'`);
    await eventually(() => heard.includes('end'));
    await client.end();
    expect(heard.filter((payload) => payload.startsWith(id))).toEqual([]);
  });

  it('continues when the controller is unreachable, and is authorized when it is back', async () => {
    const address = newAddress();
    await offer(address);
    const { id } = await create();
    controller.trouble = away;
    await launch('demo', id);
    await eventually(() => agent.newest?.items.length === 2, { what: 'the host hears of it all the same' });
    expect((await api.get(`/v1/networks/${id}`, Network)).body.sync).toEqual({ state: 'pending', cause: 'it is off' });
    controller.trouble = undefined;
    await eventually(() => isIn(id, address), { within: 20_000, what: 'it is let in' });
    await eventually(async () => (await admissions(`network=${id}`))[0]?.controller?.authorized, { within: 20_000 });
  }, 60_000);

  it('is deauthorized when it is removed, and forgotten when that was requested', async () => {
    const [kept, forgotten] = [newAddress(), newAddress()];
    await offer(kept, forgotten);
    const { id } = await create();
    await launch('a', id);
    await launch('b', id);
    await eventually(() => isIn(id, kept) && isIn(id, forgotten), { within: 10_000 });
    const remove = (path: string) => api.ask('DELETE', `/v1/hosts/${joined.name}/containers/${path}`, Accepted);
    const names = (await api.database.query<{ name: string; address: string }[]>(
      'SELECT c.name, d.address FROM containers c JOIN identities d ON d.node_id = c.node_id WHERE c.host_id = $1',
      [joined.hostId],
    )) satisfies { name: string; address: string }[];
    const nameOf = (address: string) => names.find((one) => one.address === address)?.name ?? '';
    await remove(nameOf(kept));
    await remove(`${nameOf(forgotten)}?forget=true`);
    await eventually(() => isIn(id, kept) === false, { within: 10_000, what: 'it is let in no more' });
    // The agent has removed it, so the rows go.
    await api.database.query('DELETE FROM nodes WHERE host_id = $1 AND kind = $2', [joined.hostId, 'container']);
    await eventually(() => controller.record(id, forgotten) === undefined, { within: 10_000, what: 'it is forgotten' });
    expect(await admissions(`network=${id}&stale=true`)).toMatchObject([{ address: kept, stale: true }]);
    await eventually(async () => (await states([kept, forgotten])).every((state) => state === 'retired'), {
      within: 10_000,
    });
  }, 60_000);

  const states = async (addresses: string[]) =>
    (
      await api.database.query<{ state: string }[]>('SELECT state FROM identities WHERE address = ANY($1)', [addresses])
    ).map(({ state }) => state);
});

describe('an unknown node', () => {
  it('waits for a verdict, and is deauthorized by one', async () => {
    const { id } = await create();
    controller.showUp(id, STRANGER);
    await eventually(async () => (await admissions(`network=${id}&pending=true`)).length === 1, { within: 10_000 });
    await eventually(async () => (await told('admission.requested', id)).length === 1);
    expect(isIn(id, STRANGER)).toBe(false);

    const let_in = await put(id, STRANGER, { verdict: 'authorize', name: 'printer' });
    expect(let_in).toMatchObject({ controller: { authorized: true, name: 'printer' }, verdict: { by: 'admin' } });
    expect(await admissions(`network=${id}&pending=true`)).toEqual([]);

    expect(await put(id, STRANGER, { verdict: 'deny' })).toMatchObject({ controller: { authorized: false } });
    const back = await put(id, STRANGER, { verdict: null });
    expect(back).toMatchObject({ verdict: null, decision: null, controller: { authorized: false, name: 'printer' } });
  }, 60_000);

  it('is authorized for a limited time only, even when no request is made', async () => {
    const { id } = await create();
    controller.showUp(id, STRANGER);
    await put(id, STRANGER, { verdict: 'authorize', for: '1h' });
    expect(isIn(id, STRANGER)).toBe(true);
    await api.database.query("UPDATE verdicts SET until = now() - interval '1 s' WHERE network_id = $1", [id]);
    await eventually(() => isIn(id, STRANGER) === false, { within: 10_000 });
    await eventually(async () => (await told('admission.deauthorized', id)).length === 1);
    expect(await told('admission.deauthorized', id)).toMatchObject([{ by: 'admission: expired' }]);
  }, 60_000);

  it('stays authorized when someone authorized it on the controller itself', async () => {
    const { id } = await create();
    controller.showUp(id, STRANGER);
    const record = controller.record(id, STRANGER);
    controller.records.get(id)?.set(STRANGER, { ...record!, authorized: true });
    await eventually(async () => (await admissions(`network=${id}`))[0]?.controller?.authorized, { within: 10_000 });
    await put(id, STRANGER, { name: 'theirs' });
    expect(isIn(id, STRANGER)).toBe(true);
  }, 60_000);

  it('is included when all pending nodes are authorized at once', async () => {
    const { id } = await create();
    controller.showUp(id, STRANGER);
    controller.showUp(id, 'deadbeef02');
    await eventually(async () => (await admissions(`network=${id}&pending=true`)).length === 2, { within: 10_000 });
    const body = { pending: true, verdict: 'authorize' };
    const { items } = (await api.ask('POST', `/v1/networks/${id}/admissions`, AdmissionsChanged, { body })).body;
    expect(items.map(({ address, controller: says }) => [address, says?.authorized])).toEqual([
      [STRANGER, true],
      ['deadbeef02', true],
    ]);
  }, 60_000);
});

describe('a token for some hosts only', () => {
  it('can decide about their nodes, but about nothing beyond them', async () => {
    const { id } = await create();
    const address = newAddress();
    await offer(address);
    await launch('demo', id);
    controller.showUp(id, STRANGER);
    const made = { name: `some-${count}`, role: 'operator', scope: { hosts: 'site=cloud' }, expiresIn: '1h' };
    const { secret: token } = (await api.ask('POST', '/v1/tokens', ApiTokenMade, { body: made })).body;
    const path = `/v1/networks/${id}/admissions`;
    const body = { verdict: 'deny' };
    await api.refused('PUT', `${path}/${STRANGER}`, 'unknown-node', { body, token });
    await api.refused('PUT', `${path}/${address}`, 'unknown-node', { body, token });
    await api.refused('PATCH', `/v1/networks/${id}`, 'forbidden', { body: { config: { mtu: 1500 } }, token });
    await api.refused('DELETE', `/v1/networks/${id}?confirm=lab-${count}`, 'forbidden', { token });
    await api.refused('POST', '/v1/networks', 'forbidden', { body: { name: 'mine', controller: joined.name }, token });
    await api.database.query(`UPDATE hosts SET labels = '{"site":"cloud"}' WHERE id = $1`, [joined.hostId]);
    const node = encodeURIComponent(`${joined.name}/demo`);
    const denied = await api.ask('PUT', `${path}/${node}`, Admission, { body, token });
    expect(denied.body).toMatchObject({ address, verdict: { verdict: 'deny' } });
  }, 60_000);
});

describe('an address that a person fixes', () => {
  it('must be covered by a route and must be free', async () => {
    const { id } = await create({ config: { ...routed('10.5.0.0/24') } });
    const path = `/v1/networks/${id}/admissions`;
    expect(await put(id, STRANGER, { addresses: ['10.5.0.9'] })).toMatchObject({
      controller: { addresses: ['10.5.0.9'], authorized: false },
    });
    const outside = await api.refused('PUT', `${path}/${STRANGER}`, 'bad-request', {
      body: { addresses: ['10.6.0.9'] },
    });
    expect(outside.errors?.[0]?.message).toContain('no route');
    const taken = await api.refused('PUT', `${path}/deadbeef02`, 'bad-request', { body: { addresses: ['10.5.0.9'] } });
    expect(taken.errors?.[0]?.message).toContain(STRANGER);
    expect(await put(id, STRANGER, { addresses: [] })).toMatchObject({ controller: { addresses: [] } });
    expect(await put(id, 'deadbeef02', { addresses: ['10.5.0.9'] })).toMatchObject({
      controller: { addresses: ['10.5.0.9'] },
    });
  });
});

describe('a policy', () => {
  it('admits no node if it is manual, and only nodes on matching hosts if it is by selector', async () => {
    const address = newAddress();
    await offer(address);
    const { id } = await create({ admission: { by: 'manual', selector: null, for: null, onLeave: 'keep' } });
    await launch('demo', id);
    await eventually(() => agent.newest?.items.length === 2);
    expect(isIn(id, address)).toBeUndefined();
    const admission = { by: 'selector', selector: 'site=cloud' };
    await api.ask('PATCH', `/v1/networks/${id}`, Network, { body: { admission } });
    await api.database.query(`UPDATE hosts SET labels = '{"site":"cloud"}' WHERE id = $1`, [joined.hostId]);
    await eventually(() => isIn(id, address), { within: 10_000, what: 'its host matches now' });
    await api.database.query(`UPDATE hosts SET labels = '{}' WHERE id = $1`, [joined.hostId]);
    await eventually(() => isIn(id, address) === false, { within: 10_000, what: 'it matches no more' });
  }, 60_000);
});

describe('a network that its controller has lost', () => {
  it('is restored with all its nodes and their addresses', async () => {
    const { id } = await create({ config: routed('10.5.0.0/24') });
    controller.showUp(id, STRANGER);
    await put(id, STRANGER, { verdict: 'authorize', addresses: ['10.5.0.77'] });
    await api.ask('POST', '/v1/networks', NetworkMade, { body: { name: `x-${count}`, controller: joined.name } });
    controller.networks.clear();
    controller.records.clear();
    await eventually(() => isIn(id, STRANGER), { within: 20_000 });
    expect(controller.record(id, STRANGER)).toMatchObject({ addresses: ['10.5.0.77'] });
    expect(controller.networks.get(id)?.name).toBe(`lab-${count}`);
  }, 60_000);
});

const routed = (target: string) => ({ pools: [], routes: [{ target, via: null }] });
