import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  Accepted,
  Admission,
  AdmissionPage,
  AdmissionsChanged,
  ApiTokenMade,
  Controller,
  EventPage,
  FindingPage,
  Membership,
  NetworkMade,
  Node,
  type Finding,
  type NetworkId,
  type NodeAddress,
  type NodeId,
} from '@orrery/shared/contracts';
import { apiFixture } from '../../../../test/support/api-fixture.js';
import { ControllerHost, newAddress } from '../../../../test/support/controller-host.js';
import { ReportingHost } from '../../../../test/support/reporting-host.js';
import { eventually } from '../../../../test/support/servers.js';

const SOON = { within: 20_000 };

const { api } = apiFixture();
let keeper: ControllerHost;
let victim: ReportingHost;
let attacker: ReportingHost;
let count = 0;

/** Each test has a host with a controller, a host under attack, and a host whose root user is hostile. */
beforeEach(async () => {
  count++;
  keeper = await ControllerHost.join(api, `keeper-${count}`);
  victim = await ReportingHost.join(api, `victim-${count}`);
  attacker = await ReportingHost.join(api, `attacker-${count}`);
});
afterEach(async () => {
  await keeper?.close();
  await victim?.close();
  await attacker?.close();
});

const create = async (admission: object = {}) =>
  (
    await api.ask('POST', '/v1/networks', NetworkMade, {
      body: { name: `lab-${count}`, controller: keeper.name, admission },
    })
  ).body.id;
const cloud = { by: 'selector', selector: 'site=cloud' };
const label = (host: ReportingHost, labels: object) =>
  api.database.query('UPDATE hosts SET labels = $2 WHERE id = $1', [host.id, JSON.stringify(labels)]);
const join = (host: ReportingHost, network: NetworkId) =>
  api.ask('PUT', `/v1/nodes/${host.name}/networks/${network}`, Accepted, { body: {} });
const leave = (host: ReportingHost, network: NetworkId) =>
  api.ask('DELETE', `/v1/nodes/${host.name}/networks/${network}`, Accepted);
const launch = async (host: ReportingHost, name: string, network: NetworkId): Promise<NodeId> => {
  const body = { name, networks: [network] };
  const { command } = (await api.ask('POST', `/v1/hosts/${host.name}/containers`, Accepted, { body })).body;
  if (command.node === null) throw new TypeError('a launch without a node');
  return command.node;
};
const place = (network: NetworkId, node: string) => `/v1/networks/${network}/admissions/${encodeURIComponent(node)}`;
const put = async (network: NetworkId, node: string, body: object) =>
  (await api.ask('PUT', place(network, node), Admission, { body })).body;
const isIn = (network: NetworkId, address: NodeAddress) => keeper.controller.record(network, address)?.authorized;
const letInByHand = (network: NetworkId, address: NodeAddress) => {
  keeper.controller.showUp(network, address);
  const record = keeper.controller.record(network, address);
  if (record) keeper.controller.records.get(network)?.set(address, { ...record, authorized: true });
};
const recordOf = async (network: NetworkId, address: NodeAddress) =>
  (await api.get(`/v1/admissions?network=${network}`, AdmissionPage)).body.items.find((one) => one.address === address);
const claims = async (host: ReportingHost): Promise<Finding[]> =>
  (await api.get(`/v1/findings?host=${host.name}`, FindingPage)).body.items.filter(
    ({ code }) => code === 'address-claimed',
  );
const bothHaveTheFinding = () =>
  eventually(async () => (await claims(victim)).length === 1 && (await claims(attacker)).length === 1, {
    ...SOON,
    what: 'both hosts have the finding',
  });
const nobodyHasTheFinding = () =>
  eventually(async () => (await claims(victim)).length === 0 && (await claims(attacker)).length === 0, {
    ...SOON,
    what: 'the findings are cleared',
  });
/** Resolves when everything that follows from the current state has been done. */
const rounds = async () => {
  const seen = keeper.asked('records').length;
  await eventually(() => keeper.asked('records').length > seen + 1, { ...SOON, what: 'the controller was read again' });
};

describe('an address that Orrery assigned to a node', () => {
  /** The attacker was in the network first, on a host that the policy does not admit. */
  async function given(): Promise<{ id: NetworkId; address: NodeAddress }> {
    const address = newAddress();
    const id = await create(cloud);
    await label(victim, { site: 'cloud' });
    await join(attacker, id);
    await victim.offer(address);
    const node = await launch(victim, 'demo', id);
    await victim.shows(address, node);
    await eventually(() => isIn(id, address), { ...SOON, what: 'the victim is let in' });
    return { id, address };
  }

  it.each(['shows', 'showsInSnapshot'] as const)(
    'stays with its node when another host %s it: the node stays authorized, and both hosts have the finding',
    async (how) => {
      const { id, address } = await given();
      await attacker[how](address);
      await bothHaveTheFinding();
      const [own, theirs] = [(await claims(victim))[0], (await claims(attacker))[0]];
      for (const finding of [own, theirs]) {
        expect(finding?.cause).toContain(`${victim.name}/demo`);
        expect(finding?.cause).toContain(attacker.name);
        expect(finding?.fix).toContain('orrery host revoke');
      }
      expect(own?.node?.name).toBe(`${victim.name}/demo`);
      await rounds();
      expect(isIn(id, address)).toBe(true);
      expect(await recordOf(id, address)).toMatchObject({ node: { name: `${victim.name}/demo` } });
    },
    60_000,
  );

  it('is not denied together with the host that shows it: naming that host is refused, naming the node or the address works', async () => {
    const { id, address } = await given();
    await attacker.shows(address);
    await bothHaveTheFinding();
    const refused = await api.refused('PUT', place(id, attacker.name), 'address-claimed', {
      body: { verdict: 'deny' },
    });
    expect([refused.status, refused.detail]).toEqual([409, expect.stringContaining(address)]);
    expect(refused.fix).toContain(`orrery membership deny ${address}`);
    await api.refused('DELETE', place(id, attacker.name), 'address-claimed');
    const bulk = { selector: 'site!=cloud', verdict: 'deny' };
    const { items } = (await api.ask('POST', `/v1/networks/${id}/admissions`, AdmissionsChanged, { body: bulk })).body;
    expect(items.filter((one) => one.address === address)).toEqual([]);
    expect(isIn(id, address)).toBe(true);
    expect(await put(id, `${victim.name}/demo`, { verdict: 'deny' })).toMatchObject({ address });
    expect(isIn(id, address)).toBe(false);
    expect(await put(id, address, { verdict: 'authorize' })).toMatchObject({ controller: { authorized: true } });
  }, 60_000);

  it('resolves to its node and never to the host that shows it', async () => {
    const { address } = await given();
    await attacker.shows(address);
    await bothHaveTheFinding();
    for (const reference of [address, `${victim.name}%2Fdemo`])
      expect((await api.get(`/v1/nodes/${reference}`, Node)).body.name).toBe(`${victim.name}/demo`);
    expect((await api.get(`/v1/nodes/${attacker.name}`, Node)).body.address).toBe(address);
  }, 60_000);

  it('shows its controller record for its node only', async () => {
    const { id, address } = await given();
    await attacker.shows(address);
    await bothHaveTheFinding();
    const membership = async (node: string) =>
      (await api.get(`/v1/nodes/${encodeURIComponent(node)}/networks/${id}`, Membership)).body.controller;
    expect(await membership(`${victim.name}/demo`)).toMatchObject({ authorized: true });
    expect(await membership(attacker.name)).toBeNull();
  }, 60_000);

  it('is no longer claimed once the other host shows its own address or is revoked, and both hosts are notified', async () => {
    const { address } = await given();
    await attacker.shows(address);
    await bothHaveTheFinding();
    await attacker.shows(newAddress());
    await nobodyHasTheFinding();
    await attacker.shows(address);
    await bothHaveTheFinding();
    await api.raw('POST', `/v1/hosts/${attacker.name}/revoke`);
    await nobodyHasTheFinding();
    const told = async (type: string) =>
      (await api.get(`/v1/events?type=${type}&host=${victim.name}`, EventPage)).body.items.length;
    await eventually(async () => (await told('finding.raised')) === 2 && (await told('finding.cleared')) === 2, SOON);
  }, 60_000);

  it('is deauthorized when its own node shows another authorized address: this is legitimate, and no claim', async () => {
    const { id, address } = await given();
    const node = (await api.get(`/v1/nodes/${victim.name}%2Fdemo`, Node)).body.id;
    const next = newAddress();
    await victim.shows(next, node);
    await eventually(() => isIn(id, next) === true && isIn(id, address) === false, SOON);
    expect([await claims(victim), await claims(attacker)]).toEqual([[], []]);
    await attacker.shows(address);
    await bothHaveTheFinding();
    await rounds();
    expect([isIn(id, next), isIn(id, address)]).toEqual([true, false]);
  }, 60_000);

  it('stays authorized for a node that shows the address of another: the lie gains and loses nothing', async () => {
    const { id, address } = await given();
    const own = newAddress();
    await label(attacker, { site: 'cloud' });
    await attacker.offer(own);
    const node = await launch(attacker, 'mine', id);
    await attacker.shows(own, node);
    await eventually(() => isIn(id, own), SOON);
    await attacker.shows(address, node);
    await bothHaveTheFinding();
    await rounds();
    expect([isIn(id, own), isIn(id, address)]).toEqual([true, true]);
    await api.refused('PUT', place(id, `${attacker.name}/mine`), 'address-claimed', { body: { verdict: 'deny' } });
    await api.ask('DELETE', `/v1/hosts/${attacker.name}/containers/mine?forget=true`, Accepted);
    await eventually(() => isIn(id, own) !== true, SOON);
    expect(isIn(id, address)).toBe(true);
  }, 60_000);
});

describe('an address that was never assigned and that two nodes show', () => {
  it('keeps what the controller has: an authorized node stays authorized, even when it leaves, and the other gains nothing', async () => {
    const address = newAddress();
    const id = await create();
    await join(victim, id);
    await victim.shows(address);
    await eventually(() => isIn(id, address), SOON);
    await attacker.shows(address);
    await bothHaveTheFinding();
    await join(attacker, id);
    await leave(attacker, id);
    await rounds();
    expect(isIn(id, address)).toBe(true);
    await leave(victim, id);
    await rounds();
    expect(isIn(id, address)).toBe(true);
    await api.refused('PUT', place(id, victim.name), 'address-claimed', { body: { verdict: 'deny' } });
    expect(await put(id, address, { verdict: 'deny' })).toMatchObject({ controller: { authorized: false } });
  }, 60_000);

  it('is authorized only by a person, and by the policy again once one of the two hosts is removed', async () => {
    const [address, second] = [newAddress(), newAddress()];
    const id = await create();
    await attacker.shows(address);
    await victim.shows(address);
    await bothHaveTheFinding();
    await join(victim, id);
    keeper.controller.showUp(id, address);
    await rounds();
    expect(isIn(id, address)).toBe(false);
    await api.ask('POST', `/v1/networks/${id}/admissions`, AdmissionsChanged, {
      body: { pending: true, verdict: 'authorize' },
    });
    expect(isIn(id, address)).toBe(false);
    await put(id, address, { verdict: 'authorize' });
    expect(isIn(id, address)).toBe(true);
    await put(id, address, { verdict: null });
    expect(isIn(id, address)).toBe(true);
    await put(id, address, { verdict: 'deny' });
    await put(id, address, { verdict: null });
    expect(isIn(id, address)).toBe(false);
    await attacker.remove();
    await eventually(() => isIn(id, address), { ...SOON, what: 'it is alone again, and let in' });
    await eventually(async () => (await claims(victim)).length === 0, SOON);
    await victim.shows(second);
    await eventually(() => isIn(id, second) === true && isIn(id, address) === false, SOON);
  }, 60_000);

  it('resolves to neither node, and the refusal names both', async () => {
    const address = newAddress();
    await victim.shows(address);
    expect((await api.get(`/v1/nodes/${address}`, Node)).body.name).toBe(victim.name);
    await attacker.shows(address);
    const refused = await api.refused('GET', `/v1/nodes/${address}`, 'ambiguous-reference');
    expect(refused.candidates).toEqual([attacker.name, victim.name]);
    expect((await api.get(`/v1/nodes/${victim.name}`, Node)).body.address).toBe(address);
  }, 60_000);

  it('cannot be changed with a token that sees only one of the two hosts', async () => {
    const address = newAddress();
    const id = await create();
    await join(victim, id);
    await victim.shows(address);
    await eventually(() => isIn(id, address), SOON);
    await label(attacker, { site: 'theirs' });
    await attacker.shows(address);
    await bothHaveTheFinding();
    const made = { name: `theirs-${count}`, role: 'operator', scope: { hosts: 'site=theirs' }, expiresIn: '1h' };
    const { secret: token } = (await api.ask('POST', '/v1/tokens', ApiTokenMade, { body: made })).body;
    for (const reference of [address, attacker.name])
      await api.refused('PUT', place(id, reference), 'address-claimed', { body: { verdict: 'deny' }, token });
    expect(isIn(id, address)).toBe(true);
    await attacker.shows(newAddress());
    await nobodyHasTheFinding();
    await api.refused('PUT', place(id, address), 'unknown-node', { body: { verdict: 'deny' }, token });
    // The token sees no node in the network, so it must not decide about the network either.
    await api.refused('PUT', place(id, attacker.name), 'forbidden', { body: { verdict: 'deny' }, token });
    expect(isIn(id, address)).toBe(true);
  }, 60_000);

  it('of a controller gives no access to it: its networks stay with the host that has it', async () => {
    const address = newAddress();
    await attacker.shows(keeper.controller.address);
    const id = await create();
    await victim.offer(address);
    await launch(victim, 'demo', id);
    await eventually(() => isIn(id, address), SOON);
    const { host, state } = (await api.get(`/v1/controllers/${keeper.name}`, Controller)).body;
    expect([host?.name, state]).toEqual([keeper.name, 'up']);
    expect(attacker.agent.calls).toEqual([]);
  }, 60_000);
});

describe('the address of a device that is not one of our nodes', () => {
  it('stays authorized if a person authorized it, whatever happens to the node that shows it, and is denied by its digits', async () => {
    const laptop = newAddress();
    const id = await create();
    await put(id, laptop, { verdict: 'authorize', name: 'laptop' });
    const node = await launch(attacker, 'mine', id);
    await attacker.shows(laptop, node);
    await rounds();
    for (const body of [{ verdict: 'deny' }, { name: 'mine' }, { verdict: null }])
      await api.refused('PUT', place(id, `${attacker.name}/mine`), 'address-claimed', { body });
    await api.ask('DELETE', `/v1/hosts/${attacker.name}/containers/mine?forget=true`, Accepted);
    await rounds();
    expect(keeper.controller.record(id, laptop)).toMatchObject({ authorized: true, name: 'laptop' });
    expect(await put(id, laptop, { verdict: 'deny' })).toMatchObject({ controller: { authorized: false } });
  }, 60_000);

  it('stays authorized if it was authorized on the controller itself, when the node that shows it leaves', async () => {
    const laptop = newAddress();
    const id = await create();
    letInByHand(id, laptop);
    await eventually(async () => (await recordOf(id, laptop))?.controller?.authorized, SOON);
    await attacker.shows(laptop);
    await join(attacker, id);
    await rounds();
    await api.refused('PUT', place(id, attacker.name), 'address-claimed', { body: { verdict: 'deny' } });
    await leave(attacker, id);
    await rounds();
    expect(isIn(id, laptop)).toBe(true);
  }, 60_000);

  it('cannot be offered, nor assigned when a person names it after it was offered', async () => {
    const [laptop, asking, later, own] = [newAddress(), newAddress(), newAddress(), newAddress()];
    const id = await create();
    await put(id, laptop, { verdict: 'authorize', name: 'laptop' });
    keeper.controller.showUp(id, asking);
    await eventually(async () => (await recordOf(id, asking)) !== undefined, SOON);
    await attacker.offer(laptop, asking, later, own);
    await put(id, later, { verdict: 'authorize', name: 'phone' });
    for (const name of ['a', 'b']) await launch(attacker, name, id);
    const identities = await api.database.query<{ address: string; state: string }[]>(
      'SELECT address, state FROM identities WHERE host_id = $1 ORDER BY assigned_at NULLS LAST',
      [attacker.id],
    );
    expect(identities).toEqual([
      { address: own, state: 'assigned' },
      { address: later, state: 'free' },
    ]);
    await eventually(() => isIn(id, own), SOON);
    expect(isIn(id, asking)).toBe(false);
  }, 60_000);

  it('can be changed through its host when a person authorized that host by name: the control', async () => {
    const address = newAddress();
    const id = await create();
    await victim.shows(address);
    expect(await put(id, victim.name, { verdict: 'authorize' })).toMatchObject({ address });
    expect(isIn(id, address)).toBe(true);
    expect(await put(id, victim.name, { verdict: 'deny' })).toMatchObject({ controller: { authorized: false } });
    await put(id, victim.name, { verdict: null });
  }, 60_000);
});

describe('a moved identity', () => {
  it('belongs to its host as before when the host moves to a replacement machine, and is not claimed', async () => {
    const [own, given] = [newAddress(), newAddress()];
    const id = await create();
    await join(victim, id);
    await victim.shows(own);
    await victim.offer(given);
    const node = await launch(victim, 'demo', id);
    await victim.shows(given, node);
    await eventually(() => isIn(id, own) === true && isIn(id, given) === true, SOON);
    const machine = await ReportingHost.replace(api, victim.name);
    await machine.shows(own);
    await machine.shows(given, node);
    await rounds();
    expect([isIn(id, own), isIn(id, given)]).toEqual([true, true]);
    expect(await claims(victim)).toEqual([]);
    const next = newAddress();
    await machine.shows(next);
    await eventually(() => isIn(id, next) === true && isIn(id, own) === false, SOON);
    expect(isIn(id, given)).toBe(true);
    await machine.close();
  }, 60_000);

  it('is contested when moved to another host by hand, until the first host is removed', async () => {
    const address = newAddress();
    const id = await create();
    await join(victim, id);
    await victim.shows(address);
    await eventually(() => isIn(id, address), SOON);
    await join(attacker, id);
    await attacker.shows(address);
    await bothHaveTheFinding();
    await victim.remove();
    await eventually(async () => (await claims(attacker)).length === 0, SOON);
    await rounds();
    expect(isIn(id, address)).toBe(true);
    expect(await put(id, attacker.name, { verdict: 'deny' })).toMatchObject({ address });
  }, 60_000);

  it('belongs to no node once its node is removed, even if Orrery assigned it', async () => {
    const address = newAddress();
    const id = await create();
    await victim.offer(address);
    await launch(victim, 'demo', id);
    await eventually(() => isIn(id, address), SOON);
    await attacker.shows(address);
    await bothHaveTheFinding();
    await victim.remove();
    const rows = () => api.database.query<object[]>('SELECT state FROM identities WHERE address = $1', [address]);
    expect(await rows()).toEqual([{ state: 'retired' }]);
    await eventually(() => isIn(id, address) === false, { ...SOON, what: 'it is no longer desired' });
    await eventually(async () => (await claims(attacker)).length === 0, SOON);
    expect((await api.get(`/v1/nodes/${address}`, Node)).body.name).toBe(attacker.name);
  }, 60_000);
});
