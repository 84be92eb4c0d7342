import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  Accepted,
  Admission,
  AdmissionPage,
  ApiTokenMade,
  Command,
  Controller,
  EventBatchReply,
  Explanation,
  Membership,
  Network,
  NetworkMade,
  Status,
  subjects,
  type NetworkId,
} from '@orrery/shared/contracts';
import { newId } from '@orrery/shared/runtime';
import { apiFixture } from '../../../../test/support/api-fixture.js';
import { ControllerHost, newAddress } from '../../../../test/support/controller-host.js';
import { joinHost, ListeningAgent } from '../../../../test/support/joined-host.js';
import { eventually } from '../../../../test/support/servers.js';
import { scopeOf } from '../../../../test/support/scope.js';

const { api, closing } = apiFixture();
let keeper: ControllerHost;
let network: NetworkId;
const [OWN, OTHER, STRANGER] = [newAddress(), newAddress(), newAddress()];

beforeAll(async () => {
  keeper = await ControllerHost.join(api, 'keeper');
  closing(keeper.agent);
  const config = { pools: [{ start: '10.7.0.10', end: '10.7.0.99' }], routes: [{ target: '10.7.0.0/24', via: null }] };
  network = (await api.ask('POST', '/v1/networks', NetworkMade, { body: { name: 'lab', config } })).body.id;
  await member('web-a', 'a', OWN);
  await member('web-b', 'b', OTHER);
  keeper.controller.showUp(network, STRANGER);
  await eventually(async () => (await listed()).length === 3, { what: 'all three are known' });
}, 90_000);

/** Leaves out the time at which the controller was last read, which changes between two requests. */
const timeless = (read: object): unknown =>
  JSON.parse(JSON.stringify(read, (key, value: unknown) => (key === 'seenAt' ? undefined : value)));

/** A host whose own daemon has this address and is desired in the network. */
async function member(name: string, env: string, address: string): Promise<void> {
  const joined = await joinHost(api, name, { labels: { env } });
  const agent = closing(await ListeningAgent.connect(joined));
  await api.ask('PUT', `/v1/nodes/${name}/networks/${network}`, Accepted, { body: {} });
  const data = { node: joined.nodeId, after: { address, version: '1.14.1', online: true } };
  const epoch = newId('epo');
  const say = async (seq: number, type: string, told: object) => {
    const event = { seq, at: new Date().toISOString(), type, data: told };
    const batch = { epoch, from: seq, events: [event] };
    await agent.bus.request(subjects.events(joined.hostId), batch, EventBatchReply, 5000);
  };
  await say(1, 'node.up', data);
  says.set(name, say);
}
const says = new Map<string, (seq: number, type: string, data: object) => Promise<void>>();

let tokens = 0;
const listed = async (token = api.adminToken) =>
  (await api.ask('GET', '/v1/admissions', AdmissionPage, { token })).body.items.map(({ address }) => address);
const path = (node: string) => `/v1/networks/${network}/admissions/${node}`;
const tokenOf = async (scope: string) => {
  const body = { name: `token-${++tokens}`, role: 'operator', scope: scopeOf(scope) };
  return (await api.ask('POST', '/v1/tokens', ApiTokenMade, { body })).body.secret;
};

describe('a membership that waits for authorization in a network that Orrery keeps', () => {
  it('shows who denied it and how to authorize it, wherever its outcome appears', async () => {
    const membership = `/v1/nodes/web-b/networks/lab`;
    const { command } = (await api.ask('PUT', membership, Accepted, { body: {} })).body;
    const [{ item } = { item: '' }] = command.items;
    const outcome = { kind: 'waiting', code: 'authorization', cause: 'denied', fix: 'in ZeroTier Central' };
    await says.get('web-b')?.(2, 'item.settled', { item, revision: command.revision, outcome });
    const told = async () => {
      const { body: status } = await api.get('/v1/status', Status);
      return [
        (await api.get(membership, Membership)).body.outcome,
        (await api.get(`/v1/commands/${command.id}`, Command)).body.outcome,
        status.attention.find(({ what }) => what.startsWith('web-b in')),
      ];
    };
    const fix = expect.stringMatching(/^Authorize it: `orrery membership authorize web-b lab`/);
    const see = { method: 'PUT', path: '/v1/networks/{network}/admissions/{node}' };
    const explained = async () => (await api.get('/v1/explanations?about=network:lab', Explanation)).body.cause?.code;
    // The policy has authorized it already: what its agent saw is older.
    const code = 'configuration';
    const noticing = 'web-b is authorized in lab, and its zerotier-one has not asked the controller again yet';
    expect(await told()).toMatchObject([
      { kind: 'waiting', code, cause: noticing },
      { code, cause: noticing },
      { code, cause: noticing, what: 'web-b in lab waits for its configuration' },
    ]);
    expect(await explained()).toBe(code);

    await api.ask('PUT', path('web-b'), Admission, { body: { verdict: 'deny' } });
    const denied = 'web-b was denied in lab by admin';
    expect(await told()).toMatchObject([{ ...outcome, cause: denied, fix }, { cause: denied, fix }, undefined]);
    expect(await explained()).toBe('authorization');

    await api.ask('PATCH', '/v1/networks/lab', Network, { body: { admission: { by: 'manual' } } });
    await api.ask('PUT', path('web-b'), Admission, { body: { verdict: null } });
    const cause = 'web-b is not authorized in lab, where a person authorizes each node';
    expect(await told()).toMatchObject([{ ...outcome, cause, fix, see }, { cause, fix, see }, { cause }]);
    await api.ask('PATCH', '/v1/networks/lab', Network, { body: { admission: { by: 'fleet' } } });
  });
});

describe('a token for some hosts, in a network with nodes of other hosts', () => {
  it('shows and changes only the nodes of its hosts, and reveals of an address only that it is taken', async () => {
    const token = await tokenOf('hosts:env=a');
    expect([...(await listed())].sort()).toEqual([OWN, OTHER, STRANGER].sort());
    expect(await listed(token)).toEqual([OWN]);

    const fixed = { addresses: ['10.7.0.42'] };
    await api.ask('PUT', path(OTHER), Admission, { body: fixed });
    const refused = await api.refused('PUT', path('web-a'), 'bad-request', { token, body: fixed });
    expect(refused.errors).toEqual([{ path: 'addresses.0', message: '10.7.0.42 is taken' }]);
    for (const node of [OTHER, STRANGER, 'web-b'])
      await api.refused('PUT', path(node), 'unknown-node', { token, body: { verdict: 'deny' } });
    await api.refused('DELETE', path(OTHER), 'unknown-node', { token });
    await api.refused('PUT', path('web-a'), 'forbidden', { token, body: { bridge: true } });

    const own = { addresses: ['10.7.0.43'], verdict: 'authorize' };
    const { body } = await api.ask('PUT', path('web-a'), Admission, { token, body: own });
    expect(body).toMatchObject({ address: OWN, controller: { authorized: true, addresses: ['10.7.0.43'] } });
  });

  it('reads each node at the URL where it is changed', async () => {
    const one = (node: string, token = api.adminToken) => api.ask('GET', path(node), Admission, { token });
    await api.ask('PUT', path(OTHER), Admission, { body: { name: 'other', noAutoAssign: true } });
    const { body } = await one('web-b');
    expect(body).toMatchObject({ address: OTHER, record: { name: 'other', noAutoAssign: true, bridge: null } });
    expect(timeless((await one(OTHER)).body)).toEqual(timeless(body));
    expect((await one(STRANGER)).body).toMatchObject({ address: STRANGER, node: null, record: null });
    const list = `/v1/networks/lab/admissions`;
    const all = (await api.get(list, AdmissionPage)).body;
    const ofAll = (await api.get('/v1/admissions?network=lab', AdmissionPage)).body;
    expect(timeless(all)).toEqual(timeless(ofAll));
    expect(all.items).toHaveLength(3);
    await api.refused('GET', path('0123456789'), 'unknown-membership');
    await api.refused('GET', '/v1/networks/nowhere/admissions', 'unknown-network');

    const token = await tokenOf('hosts:env=a');
    expect((await one('web-a', token)).body.address).toBe(OWN);
    for (const node of [OTHER, STRANGER, 'web-b']) await api.refused('GET', path(node), 'unknown-node', { token });
    const own = (await api.ask('GET', list, AdmissionPage, { token })).body.items;
    expect(own.map(({ address }) => address)).toEqual([OWN]);
  });

  it('shows what it needs to know of the controller, without its host', async () => {
    const token = await tokenOf('hosts:env=a');
    const { body } = await api.ask('GET', '/v1/controllers/keeper', Controller, { token });
    expect(body).toMatchObject({ name: 'keeper', host: null, node: null, networks: 1 });
    await api.refused('GET', '/v1/controllers/keeper', 'unknown-controller', {
      token: await tokenOf('hosts:env=none'),
    });
  });
});
