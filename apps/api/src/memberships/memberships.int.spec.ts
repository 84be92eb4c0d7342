import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  Accepted,
  Container,
  InterfacePage,
  Membership,
  MembershipPage,
  Network,
  NetworkPage,
  type Command,
  type JoinReply,
  type ObservedMembership,
} from '@orrery/shared/contracts';
import { apiFixture } from '../../../../test/support/api-fixture.js';
import { joinHost } from '../../../../test/support/joined-host.js';
import { ReportingHost } from '../../../../test/support/reporting-host.js';

const [A, B, C] = ['8056c2e21c00000a', '8056c2e21c00000b', '8056c2e21c00000c'];
const observed: ObservedMembership = {
  network: A,
  name: 'theirs',
  type: 'PRIVATE',
  status: 'OK',
  device: 'ztabcdefgh',
  mac: '02:00:00:00:00:01',
  mtu: 2800,
  addresses: ['10.1.1.2/24'],
  routes: [],
  bridge: false,
  allowManaged: true,
  allowGlobal: true,
  allowDefault: false,
  allowDNS: false,
  allowManagedList: ['10.1.1.0/24'],
  authenticationUrl: null,
};

const { api } = apiFixture();
let joined: JoinReply;
let host: string;
let count = 0;

beforeEach(async () => {
  host = `web-${++count}`;
  joined = await joinHost(api, host);
});

const at = (network: string, node = host) => `/v1/nodes/${encodeURIComponent(node)}/networks/${network}`;
const change = async (method: string, path: string, body?: object, headers = {}): Promise<Command> =>
  (await api.ask(method, path, Accepted, { ...(body ? { body } : {}), headers })).body.command;
const get = async (network: string, node = host) => (await api.get(at(network, node), Membership)).body;

/** Writes what ingest would when the host's agent reports a network that a person joined, and its interface. */
async function observe(network = A, node = joined.nodeId) {
  await api.database.query(
    `INSERT INTO membership_status (node_id, network_id, host_id, status, name, observed, ordinal, seq, updated_at)
     VALUES ($1, $2, $3, 'OK', 'theirs', $4, 1, 1, now())`,
    [node, network, joined.hostId, JSON.stringify({ ...observed, network })],
  );
  await api.database.query(
    `INSERT INTO interfaces (node_id, device, host_id, network_id, observed, ordinal, seq, updated_at)
     VALUES ($1, 'ztabcdefgh', $2, $3, $4, 1, 1, now())`,
    [
      node,
      joined.hostId,
      network,
      JSON.stringify({
        device: 'ztabcdefgh',
        up: true,
        mac: '02:00:00:00:00:01',
        mtu: 2800,
        addresses: ['10.1.1.2/24'],
        routes: [{ target: '10.1.1.0/24', via: null }],
      }),
    ],
  );
}

describe('a node with an address', () => {
  it('is shown as heard or not, and since when, as its agent reports; or as unknown when it does not report this', async () => {
    const reporter = await ReportingHost.join(api, `heard-${count}`);
    const node = reporter.node;
    await change('PUT', at(A, reporter.name));
    const up = (heard?: boolean) => ({
      address: '3a4f1af7fa',
      version: '1.14.1',
      online: true,
      ...(heard === undefined ? {} : { heard }),
    });
    const shown = async () => {
      const { heard, heardSince } = await get(A, reporter.name);
      return { heard, heardSince };
    };
    await reporter.say({ type: 'node.up', data: { node, after: up() } });
    expect(await shown()).toEqual({ heard: null, heardSince: null });
    await reporter.say({ type: 'node.up', data: { node, after: up(false) } });
    const first = await shown();
    expect(first).toEqual({ heard: false, heardSince: expect.any(String) });
    await reporter.say({ type: 'node.offline', data: { node, after: up(false) } });
    expect(await shown()).toEqual(first);
    await reporter.say({ type: 'node.heard', data: { node, after: up(true) } });
    const heard = await shown();
    expect(heard).toEqual({ heard: true, heardSince: expect.any(String) });
    expect(String(heard.heardSince) > String(first.heardSince)).toBe(true);
    await reporter.say({ type: 'node.down', data: { node, after: null, cause: 'it ended' } });
    expect(await shown()).toEqual({ heard: null, heardSince: null });
    await reporter.close();
  });
});

describe('a join', () => {
  it('is desired with the default settings, and repeating it creates a new command on the same membership', async () => {
    const first = await change('PUT', at(A));
    expect(first).toMatchObject({
      action: 'join',
      state: 'queued',
      target: `${host} in ${A}`,
      networks: [A],
      container: null,
    });
    const again = await change('PUT', at(A), {});
    expect(again.items.map(({ item }) => item)).toEqual(first.items.map(({ item }) => item));
    expect(await get(A)).toMatchObject({
      managed: true,
      intent: 'present',
      settings: { allowManaged: true, allowGlobal: false, allowDefault: false, allowDNS: false },
      status: null,
      version: 1,
    });
  });

  it('with other settings changes them, for only one of two clients that saw the same version', async () => {
    await change('PUT', at(A));
    const headers = { 'if-match': '"1"' };
    await change('PUT', at(A), { settings: { allowManaged: ['10.0.0.0/8'] } }, headers);
    await api.refused('PUT', at(A), 'revision-conflict', { body: { settings: { allowDNS: true } }, headers });
    expect(await get(A)).toMatchObject({ settings: { allowManaged: ['10.0.0.0/8'], allowDNS: false }, version: 2 });
    await change('PUT', at(A));
    expect((await get(A)).settings).toMatchObject({ allowManaged: ['10.0.0.0/8'] });
  });

  it('with If-Match fails when the membership does not exist, because it has no version', async () => {
    const path = `/v1/nodes/${host}/networks/${B}`;
    for (const version of ['*', '"1"', '"0"'])
      await api.refused('PUT', path, 'revision-conflict', { headers: { 'if-match': version } });
    await api.refused('GET', path, 'unknown-membership');
    await api.ask('PUT', path, Accepted);
    await api.ask('PUT', path, Accepted, { headers: { 'if-match': '*' } });
  });

  it('of the node of a container also appears in the container', async () => {
    await api.raw('POST', `/v1/hosts/${host}/containers`, { body: { name: 'demo', networks: [A] } });
    const command = await change('PUT', at(B, `${host}/demo`));
    expect(command.container).not.toBeNull();
    const { body } = await api.get(`/v1/hosts/${host}/containers/demo`, Container);
    expect(body).toMatchObject({ networks: [A, B], version: 2 });
    await change('DELETE', `/v1/hosts/${host}/containers/demo`);
    await api.refused('PUT', at(C, `${host}/demo`), 'being-removed');
  });

  it('needs a known node and network', async () => {
    await api.refused('PUT', at(A, 'nowhere'), 'unknown-node');
    await api.refused('PUT', at(A, `${host}/nothing`), 'unknown-node');
    await api.refused('PUT', at(A, '0123456789'), 'unknown-node');
    await api.refused('PUT', at('lab'), 'unknown-network');
    await api.refused('PUT', at(A), 'bad-request', { body: { settings: { allowEverything: true } } });
  });
});

describe('a membership that a person created', () => {
  it('is shown as unmanaged, as the daemon and as the kernel see it', async () => {
    await observe();
    expect(await get(A)).toMatchObject({
      managed: false,
      intent: null,
      settings: null,
      version: null,
      status: 'OK',
      device: 'ztabcdefgh',
      network: { id: A, name: 'theirs' },
      assignedAddresses: ['10.1.1.2/24'],
      addresses: ['10.1.1.2/24'],
      interfaceUp: true,
      routes: [{ target: '10.1.1.0/24', via: null }],
    });
    const list = async (query: string) =>
      (await api.get(`/v1/memberships?host=${host}&${query}`, MembershipPage)).body.items.length;
    expect([await list('managed=false'), await list('managed=true'), await list('status=OK')]).toEqual([1, 0, 1]);
    const { items } = (await api.get(`/v1/interfaces?node=${host}`, InterfacePage)).body;
    expect(items).toMatchObject([{ device: 'ztabcdefgh', up: true, network: { id: A, name: 'theirs' } }]);
  });

  it('is neither joined nor left without adoption, and the refusal explains what to do instead', async () => {
    await observe();
    for (const method of ['PUT', 'DELETE']) {
      const problem = await api.refused(method, at(A), 'unmanaged-membership');
      expect(problem.fix).toContain(`orrery adopt ${host} ${A}`);
    }
    expect((await get(A)).managed).toBe(false);
  });

  it('is adopted with its current settings, then left like any other', async () => {
    await observe();
    expect((await change('PUT', at(A), { adopt: true })).action).toBe('adopt');
    expect(await get(A)).toMatchObject({
      managed: true,
      settings: { allowManaged: ['10.1.1.0/24'], allowGlobal: true, allowDefault: false, allowDNS: false },
    });
    expect((await change('DELETE', at(A))).action).toBe('leave');
    expect((await get(A)).intent).toBe('absent');
  });

  it('must exist to be adopted', async () => {
    const problem = await api.refused('PUT', at(A), 'not-adoptable', { body: { adopt: true } });
    expect(problem.fix).toContain(`orrery join ${host} ${A}`);
  });

  it('is unmanaged again when it is released, and no longer desired', async () => {
    await observe();
    await change('PUT', at(A), { adopt: true });
    const command = await change('DELETE', `${at(A)}?release=true`);
    expect(command).toMatchObject({ action: 'release', items: [] });
    expect(await get(A)).toMatchObject({ managed: false, intent: null, status: 'OK' });
    await api.refused('DELETE', `${at(A)}?release=true`, 'unmanaged-membership');
  });

  it('of the node of a container cannot be released: once recreated, the container would leave it', async () => {
    const body = { name: 'kept', networks: [A] };
    await change('POST', `/v1/hosts/${host}/containers`, body);
    const node = `${host}/kept`;
    const { fix } = await api.refused('DELETE', `${at(A, node)}?release=true`, 'not-releasable');
    expect(fix).toContain(`orrery leave ${node} ${A}`);
    expect(await get(A, node)).toMatchObject({ managed: true, intent: 'present' });
    await change('DELETE', at(A, node));
  });
});

describe('a membership that is neither desired nor observed', () => {
  it('is unknown: it can be neither shown nor left', async () => {
    await api.refused('GET', at(A), 'unknown-membership');
    await api.refused('DELETE', at(A), 'unknown-membership');
  });
});

describe('a node', () => {
  it('is found by its address when only one node has it, and is ambiguous when two do', async () => {
    const status = (node: string, address: string) =>
      api.database.query(
        `INSERT INTO node_status (node_id, host_id, state, address, ordinal, seq, updated_at) VALUES ($1, $2, 'up', $3, 1, 1, now())`,
        [node, joined.hostId, address],
      );
    const address = `00000000${count}`.padStart(10, 'a');
    await status(joined.nodeId, address);
    expect((await change('PUT', at(A, address))).target).toBe(`${host} in ${A}`);
    expect((await change('PUT', at(A, joined.nodeId))).target).toBe(`${host} in ${A}`);
    const other = await joinHost(api, `${host}-clone`);
    await status(other.nodeId, address);
    const { candidates } = await api.refused('PUT', at(A, address), 'ambiguous-reference');
    expect(candidates).toEqual([host, `${host}-clone`]);
  });
});

describe('a network', () => {
  it('is found by the name that a person gave it, not by the name that its owner gave it', async () => {
    await observe(C);
    await api.refused('PUT', at('theirs'), 'unknown-network');
    const named = await api.ask('PUT', `/v1/networks/${C}`, Network, { body: { name: 'office' } });
    expect(named.body).toMatchObject({ id: C, name: 'office', controller: '8056c2e21c', version: 1 });
    await api.refused('PUT', at('office'), 'unmanaged-membership');
    expect((await get('office')).network).toEqual({ id: C, name: 'office' });
  });

  it('cannot take the name of another, nor one that looks like an ID', async () => {
    await api.ask('PUT', `/v1/networks/${A}`, Network, { body: { name: 'lab' } });
    await api.refused('PUT', `/v1/networks/${B}`, 'name-taken', { body: { name: 'lab' } });
    await api.refused('PUT', `/v1/networks/${B}`, 'bad-request', { body: { name: '8056c2e21c00000a' } });
    await api.refused('PUT', '/v1/networks/not-there', 'unknown-network', { body: { name: 'x' } });
    const headers = { 'if-match': '"1"' };
    await api.ask('PUT', '/v1/networks/lab', Network, { body: { name: 'lab-2' }, headers });
    await api.refused('PUT', `/v1/networks/${A}`, 'revision-conflict', { body: { name: 'lab-3' }, headers });
  });

  it('is listed with the state of its memberships', async () => {
    const network = '8056c2e21c0000ff';
    await api.refused('GET', `/v1/networks/${network}`, 'unknown-network');
    await observe(network);
    await api.raw('POST', `/v1/hosts/${host}/containers`, { body: { name: 'demo', networks: [network] } });
    const { body } = await api.get(`/v1/networks/${network}`, Network);
    expect(body).toMatchObject({ name: 'theirs', memberships: { total: 2, ok: 1, waiting: 1 }, version: 0 });
    expect((await api.get('/v1/networks', NetworkPage)).body.items).toContainEqual(body);
  });
});
