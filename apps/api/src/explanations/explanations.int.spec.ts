import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  Accepted,
  Admission,
  AdmissionPage,
  ApiTokenMade,
  Explanation,
  explain,
  interfaceName,
  Network,
  NetworkMade,
  Node,
  Status,
  type ItemId,
  type NetworkId,
  type ObservedMembership,
  type ObservedPeer,
  type Outcome,
  type ProblemCode,
} from '@orrery/shared/contracts';
import { apiFixture } from '../../../../test/support/api-fixture.js';
import { ControllerHost, newAddress } from '../../../../test/support/controller-host.js';
import { ReportingHost } from '../../../../test/support/reporting-host.js';
import { aPeer } from '../../../../test/support/reports.js';
import { scopeOf } from '../../../../test/support/scope.js';
import { eventually } from '../../../../test/support/servers.js';

/** No heartbeat is missed within a test. */
const { api, closing } = apiFixture({ ORRERY_HEARTBEAT_SECONDS: '60' });
let keeper: ControllerHost;
let host: ReportingHost;
let shop: NetworkId;
let address: string;
let count = 0;

beforeEach(async () => {
  count++;
  keeper = await ControllerHost.join(api, `keeper-${count}`);
  host = await ReportingHost.join(api, `web-${count}`);
  const config = { pools: [{ start: '10.7.0.10', end: '10.7.0.99' }], routes: [{ target: '10.7.0.0/24', via: null }] };
  const body = { name: `shop-${count}`, controller: keeper.name, config, admission: { by: 'manual' } };
  shop = (await api.ask('POST', '/v1/networks', NetworkMade, { body })).body.id;
  address = newAddress();
  await host.shows(address);
  await presence('online', '0 s');
});
afterEach(async () => {
  await keeper.close();
  await host.close();
});

/** Handwritten, because only heartbeats make a host online. */
const presence = (is: string, ago: string) =>
  api.database.query(
    'UPDATE host_status SET presence = $2, presence_since = now(), last_seen_at = now() - $3::interval WHERE host_id = $1',
    [host.id, is, ago],
  );
const ask = async (about: string, network?: string, token?: string) => {
  const query = new URLSearchParams({ about, ...(network !== undefined && { network }) });
  return (await api.ask('GET', `/v1/explanations?${query.toString()}`, Explanation, { ...(token && { token }) })).body;
};
const membership = () => ask(host.name, `shop-${count}`);
/** Joins by command, and returns its item. */
const join = async (network: string = shop) => {
  const { body } = await api.ask('PUT', `/v1/nodes/${host.name}/networks/${network}`, Accepted, { body: {} });
  const [item] = body.command.items;
  if (!item) throw new TypeError('a command without an item');
  return { command: body.command, item: item.item, revision: body.command.revision };
};
const observed = (more: Partial<ObservedMembership> = {}, network: NetworkId = shop): ObservedMembership => ({
  ...{ network, name: '$(reboot) `shop`', type: 'PRIVATE', status: 'OK', device: interfaceName(network) },
  ...{ mac: 'aa:bb:cc:dd:ee:ff', mtu: 2800, addresses: ['10.7.0.10/24'], routes: [], bridge: false },
  ...{ allowManaged: true, allowGlobal: false, allowDefault: false, allowDNS: false },
  ...{ allowManagedList: null, authenticationUrl: null, ...more },
});
const reports = (after: ObservedMembership) =>
  host.say({ type: 'network.changed', data: { node: host.node, network: after.network, after } });
const kernel = (addresses: string[], network: NetworkId = shop) => {
  const device = interfaceName(network);
  const after = { device, up: true, mac: 'aa:bb:cc:dd:ee:ff', mtu: 2800, addresses, routes: [] };
  return host.say({ type: 'interface.changed', data: { node: host.node, network, device, after } });
};
const settled = ({ item, revision }: { item: ItemId; revision: number }, outcome: Outcome) =>
  host.say({ type: 'item.settled', data: { item, revision, outcome } });
const DENIED: Outcome = { kind: 'waiting', code: 'authorization', cause: 'not authorized', fix: 'in ZeroTier Central' };
const denied = async () => {
  const item = await join();
  keeper.controller.showUp(shop, address);
  await reports(observed({ status: 'ACCESS_DENIED', addresses: [] }));
  await settled(item, DENIED);
  return item;
};
const fine = async () => {
  const item = await join();
  await api.ask('PUT', `/v1/networks/${shop}/admissions/${address}`, Admission, { body: { verdict: 'authorize' } });
  await reports(observed());
  await kernel(['10.7.0.10/24']);
  await settled(item, { kind: 'done' });
  return item;
};
const until = (more: (told: Explanation) => boolean, told = membership) =>
  eventually(async () => {
    const explanation = await told();
    return more(explanation) && explanation;
  });

describe('a membership', () => {
  it('that was asked for and not reported yet is unknown, and not guessed', async () => {
    await join();
    const told = await membership();
    expect(told).toMatchObject({ standing: 'unknown', pending: true, cause: null, more: [] });
    expect(told.headline).toBe(
      `${host.name} is on its way into shop-${count}: its host has not reported it since it was asked for`,
    );
  });

  it('that nobody decided names the policy, the command, and how it came to be so', async () => {
    await denied();
    const told = await until(({ views }) => views?.controller.text.startsWith('has a record') === true);
    const name = `shop-${count}`;
    expect(told).toMatchObject({
      standing: 'trouble',
      headline: `${host.name} is not in ${name}: its controller has not authorized ${address}, because a person authorizes each node of this network`,
      cause: {
        code: 'authorization',
        commands: [{ on: 'anywhere', host: null, run: `orrery membership authorize ${host.name} ${name}` }],
        docs: '/docs/errors#authorization',
      },
      views: {
        controller: { text: 'has a record, not authorized: a person authorizes each node' },
        daemon: { text: 'ACCESS_DENIED', standing: 'trouble' },
        kernel: { text: 'shows no interface', standing: 'trouble' },
      },
    });
    expect(told.story.map(({ text }) => text)).toContain(`admin asked for it: join ${host.name} in shop-${count}`);
  });

  it('that somebody denied says who, and how to take it back', async () => {
    await denied();
    const before = (await api.ask('GET', '/v1/status', Status)).body.memberships;
    await api.ask('PUT', `/v1/networks/${shop}/admissions/${address}`, Admission, { body: { verdict: 'deny' } });
    const { cause, views, standing, headline } = await membership();
    expect([standing, headline]).toEqual(['warning', cause?.cause]);
    expect(cause?.cause).toMatch(new RegExp(`^${host.name} was denied in shop-${count} by admin at 20`));
    expect(cause?.fix).toContain('--by-policy');
    expect(views?.controller.text).toMatch(/denied by admin/);
    // Nothing waits for anybody.
    const { body: status } = await api.ask('GET', '/v1/status', Status);
    expect(status.attention.filter(({ about }) => about?.host?.id === host.id)).toEqual([]);
    expect(status.memberships).toEqual({
      ...before,
      waiting: before.waiting - 1,
      denied: (before.denied ?? 0) + 1,
    });
    const { body: pending } = await api.ask('GET', `/v1/admissions?pending=true&network=${shop}`, AdmissionPage);
    expect(pending.items).toEqual([]);
    expect(await ask(`shop-${count}`)).toMatchObject({
      standing: 'warning',
      headline: `shop-${count} is on its controller ${keeper.name}, with 1 node, but ${host.name} was denied in shop-${count} by admin`,
    });
    expect((await ask(`node:${host.name}`)).headline).toMatch(/in 1 network, but \S+ was denied in \S+ by admin at 20/);
  });

  it('that has its address warns of a peer that does not answer, if that peer should', async () => {
    await fine();
    const peer = closing(await ReportingHost.join(api, `peer-${count}`));
    const far = newAddress();
    await peer.shows(far);
    await peer.say({ type: 'network.changed', data: { node: peer.node, network: shop, after: observed() } });
    const change = (statement: string) => api.database.query(`${statement} WHERE host_id = $1`, [peer.id]);
    await change(`UPDATE host_status SET presence = 'online'`);
    const path = (more: Partial<ObservedPeer> = {}) =>
      host.say({ type: 'path.direct', data: { node: host.node, after: aPeer(far, more) } });
    await path();
    await until(({ standing }) => standing === 'fine');
    await path({ silent: true });
    expect(await membership()).toMatchObject({
      standing: 'warning',
      headline: `${host.name} is in shop-${count} with 10.7.0.10, but ${host.name} sends to ${peer.name} at 192.0.2.1/9993, and nothing comes back`,
      cause: { code: 'path-silent', commands: [], docs: '/docs/errors#path-silent' },
    });
    // A peer whose host is away, or that is down or gone, has a story of its own.
    for (const [off, on] of [
      [`UPDATE host_status SET presence = 'unreachable'`, `UPDATE host_status SET presence = 'online'`],
      [`UPDATE node_status SET state = 'down'`, `UPDATE node_status SET state = 'up'`],
      [`UPDATE membership_status SET status = 'ACCESS_DENIED'`, `UPDATE membership_status SET status = 'OK'`],
    ] as const) {
      await change(off);
      expect((await membership()).standing).toBe('fine');
      await change(on);
      expect((await membership()).standing).toBe('warning');
    }
    await path();
    expect((await membership()).standing).toBe('fine');
  });

  it('that is as wanted is said to be so, with nothing else', async () => {
    await fine();
    const told = await until(({ views }) => views?.controller.standing === 'fine');
    expect(told).toMatchObject({
      ...{ standing: 'fine', cause: null, more: [], asOf: null },
      headline: `${host.name} is in shop-${count} with 10.7.0.10`,
      views: { daemon: { text: 'OK, 10.7.0.10/24' }, kernel: { standing: 'fine' } },
    });
  });

  it('whose address disappeared in the kernel names the address, before the agent says so', async () => {
    await fine();
    await kernel([]);
    expect(await membership()).toMatchObject({
      standing: 'trouble',
      cause: { code: 'address', commands: [{ on: 'host', host: host.name, run: 'systemctl restart zerotier-one' }] },
    });
  });

  it('that its controller put out is told at once, although zerotier-one still reports OK', async () => {
    await fine();
    await api.ask('PUT', `/v1/networks/${shop}/admissions/${address}`, Admission, { body: { verdict: 'deny' } });
    const told = await until(({ cause }) => cause?.code === 'authorization');
    expect(told).toMatchObject({ standing: 'warning', views: { daemon: { standing: 'fine' } } });
  });

  it('has the cause nearest to the root, and the others behind it', async () => {
    const item = await join();
    await settled(item, { kind: 'waiting', code: 'configuration', cause: 'no answer', fix: 'wait' });
    const finding = { code: 'udp-port-taken', severity: 'error', cause: 'something has port 9993', fix: 'stop it' };
    await host.say({ type: 'finding.raised', data: { node: host.node, network: null, item: null, finding } } as never);
    const told = await membership();
    expect(told.cause).toMatchObject({ code: 'udp-port-taken', cause: 'something has port 9993' });
    expect(told.more.map(({ code }) => code)).toEqual(['configuration']);
  });

  it('in a network of somebody else is to be authorized there, and its name is not believed', async () => {
    const foreign = '8056c2e21c000001' as NetworkId;
    await reports(observed({ status: 'ACCESS_DENIED', addresses: [] }, foreign));
    const told = await ask(host.name, foreign);
    expect(told).toMatchObject({ standing: 'trouble', about: { network: { id: foreign, name: null } } });
    expect(told.cause).toMatchObject({ code: 'authorization', commands: [] });
    expect(told.cause?.fix).toMatch(
      /^Authorize .* on network 8056c2e21c000001: at its controller 8056c2e21c, or in ZeroTier Central/,
    );
    expect(JSON.stringify(told)).not.toContain('reboot');
  });

  it('on a host that is away is told from what is stored, with its age', async () => {
    await fine();
    await presence('unreachable', '5 min');
    const told = await membership();
    expect(told).toMatchObject({
      standing: 'unknown',
      cause: { code: 'host-away', commands: [{ on: 'host', host: host.name, run: 'systemctl restart orrery-agent' }] },
      views: { daemon: { text: 'OK, 10.7.0.10/24' } },
    });
    expect(Date.now() - Date.parse(told.asOf ?? '')).toBeGreaterThan(290_000);
  });

  it('whose controller is away still works, with a warning', async () => {
    await fine();
    keeper.agent.answer = () => ({ result: 'problem', code: 'failed', cause: 'no daemon' });
    const told = await until(({ cause }) => cause !== null);
    expect(told).toMatchObject({ standing: 'warning', cause: { code: 'controller-away' } });
    expect(told.headline).toMatch(new RegExp(`^${host.name} is in shop-${count} with 10.7.0.10, but the controller`));
  });
});

describe('other things', () => {
  it('are told by what holds their memberships up', async () => {
    const { command } = await denied();
    await until(({ views }) => views?.controller.text.startsWith('has a record') === true);
    for (const about of [host.name, `node:${host.name}`, `shop-${count}`, shop, command.id, address]) {
      const told = await ask(about);
      expect([about, told.standing, told.cause?.code]).toEqual([about, 'trouble', 'authorization']);
    }
    const waits = `${host.name} in shop-${count} is not as wanted: `;
    for (const about of [host.name, `node:${host.name}`])
      expect((await ask(about)).headline.slice(0, waits.length)).toBe(waits);
    // The cause names what is in the network.
    expect((await ask(`shop-${count}`)).headline).toMatch(
      new RegExp(`^shop-${count} is not as wanted: ${host.name} is not authorized`),
    );
    expect((await ask(command.id)).headline).toContain('is not done yet');
  });

  it('are on their way until its result is reported, and are not said to be as wanted', async () => {
    const { command } = await join();
    const abouts = [host.name, `node:${host.name}`, `shop-${count}`, command.id];
    const told = await Promise.all(abouts.map((about) => ask(about)));
    expect(told.map(({ standing, pending, cause }) => [standing, pending, cause])).toEqual(
      abouts.map(() => ['unknown', true, null]),
    );
    expect(told.map(({ headline }) => headline)).toEqual([
      `${host.name} is online; 1 membership is on its way`,
      `${host.name} is on its way: its host has not reported the result yet`,
      `shop-${count} is on its controller ${keeper.name}, with 1 node, which is on its way`,
      `The join of ${host.name} in shop-${count}, which admin asked for, is not done yet: its host is at work on it`,
    ]);
    const { body } = await api.ask('GET', `/v1/networks/shop-${count}`, Network);
    expect(body.memberships).toEqual({ total: 1, ok: 0, waiting: 1, pending: 1 });
  });

  it('are fine where all is as wanted', async () => {
    const { command } = await fine();
    await until(({ views }) => views?.controller.standing === 'fine');
    for (const about of [host.name, `node:${host.name}`, `shop-${count}`, command.id]) {
      const told = await ask(about);
      expect([about, told.standing, told.pending, told.cause]).toEqual([about, 'fine', false, null]);
    }
    const { body } = await api.ask('GET', `/v1/networks/shop-${count}`, Network);
    expect(body.memberships).toEqual({ total: 1, ok: 1, waiting: 0, pending: 0 });
  });
});

describe('a network with a node on a host that is away', () => {
  it('says that of this node only what was last reported is known', async () => {
    await fine();
    await until(
      ({ standing }) => standing === 'fine',
      () => ask(`shop-${count}`),
    );
    await presence('unreachable', '5 min');
    const told = await ask(`shop-${count}`);
    expect(told).toMatchObject({ standing: 'warning', pending: false, cause: { code: 'host-away' } });
    expect(told.headline).toMatch(
      new RegExp(
        `^shop-${count} is on its controller ${keeper.name}, with 1 node, but 1 is only last known, because ${host.name} is unreachable: its agent was last heard from at 20`,
      ),
    );
    expect(told.cause?.fix).toMatch(/systemctl status orrery-agent/);
  });
});

describe('the zerotier-one of a host', () => {
  it('is in trouble when it is down only if somebody wants something of it', async () => {
    const say = (cause: string) => host.say({ type: 'node.down', data: { node: host.node, after: null, cause } });
    const own = `node:${host.name}`;
    await say('no answer');
    expect(await ask(host.name)).toMatchObject({ standing: 'fine', cause: null });
    expect((await ask(own)).headline).toBe(
      `${host.name} needs no ZeroTier of its own, and its zerotier-one does not answer`,
    );
    await say(explain('zerotier-missing/home', { home: '/var/lib/zerotier-one' }).cause);
    expect(await ask(own)).toMatchObject({
      ...{ standing: 'fine', cause: null, headline: `${host.name} has no ZeroTier of its own, and needs none` },
    });
    const { body } = await api.ask('GET', `/v1/nodes/${host.name}`, Node);
    expect([body.state, body.unused]).toEqual(['down', 'no ZeroTier on this host']);
    await join();
    expect((await api.ask('GET', `/v1/nodes/${host.name}`, Node)).body.unused).toBeNull();
    expect(await ask(host.name)).toMatchObject({ standing: 'trouble', cause: { code: 'daemon-unreachable' } });
  });
});

describe('what is being removed', () => {
  const launched = async () => {
    const body = { name: 'one', networks: [shop] };
    await api.ask('POST', `/v1/hosts/${host.name}/containers`, Accepted, { body });
    const one = `${host.name}/one`;
    const { id } = (await api.ask('GET', `/v1/nodes/${host.name}%2Fone`, Node)).body;
    return { one, id };
  };
  const settleAll = async () => {
    const items = await api.database.query<{ id: ItemId; revision: number }[]>(
      'SELECT id, revision::int FROM items WHERE host_id = $1',
      [host.id],
    );
    for (const { id: item, revision } of items)
      await host.say({ type: 'item.settled', data: { item, revision, outcome: { kind: 'done' } } });
  };
  const gone = (about: string, network?: string) =>
    api.refused(
      'GET',
      `/v1/explanations?about=${encodeURIComponent(about)}${network === undefined ? '' : `&network=${network}`}`,
      network === undefined && /^[0-9a-f]{16}$/.test(about) ? 'unknown-network' : 'unknown-node',
    );

  it('is said to be so, whatever stops meanwhile, and then who removed it', async () => {
    const { one, id } = await launched();
    await settleAll();
    const down = { type: 'node.down', data: { node: id, after: null, cause: 'no answer' } } as const;
    await host.say(down);
    expect(await ask(`node:${one}`)).toMatchObject({ standing: 'trouble', cause: { code: 'daemon-unreachable' } });
    await api.ask('DELETE', `/v1/hosts/${host.name}/containers/one`, Accepted);
    await host.say(down);
    const removed = `${one} is being removed`;
    expect(await ask(`node:${one}`)).toMatchObject({ pending: true, cause: null, headline: removed });
    expect(await ask(one, shop)).toMatchObject({ pending: true, cause: null, headline: removed });
    expect((await ask(host.name)).headline).toBe(`${host.name} is online; 1 container is being removed`);
    await settleAll();
    const said = new RegExp(`^${one} was removed by admin at \\d{4}-.+Z$`);
    expect((await gone(`node:${one}`)).detail).toMatch(said);
    expect((await gone(one, shop)).detail).toMatch(said);
  });

  it('is a network that says by which name it was known, also in the stories of its nodes', async () => {
    await host.say({ type: 'network.joined', data: { node: host.node, network: shop, after: null } });
    const name = `shop-${count}`;
    await api.raw('DELETE', `/v1/networks/${shop}?confirm=${name}`);
    await eventually(async () => (await api.database.query<unknown[]>('SELECT FROM outbox')).length === 0);
    expect((await gone(shop)).detail).toMatch(new RegExp(`^${name} was removed by admin at .+Z$`));
    expect((await ask(host.name)).story.map(({ text }) => text)).toContain(
      `${host.name} in ${name}: it asked the network for its configuration`,
    );
  });
});

describe('a question about nothing', () => {
  const refused = (about: string, code: ProblemCode, more: object = {}) =>
    api.refused('GET', `/v1/explanations?about=${encodeURIComponent(about)}`, code, more);

  it('is refused by name, also for what the token does not see', async () => {
    await refused('nobody', 'unknown-reference');
    await refused(`node:nobody`, 'unknown-node');
    await api.refused('GET', `/v1/explanations?about=${host.name}&network=${shop}`, 'unknown-membership');
    const body = { name: `other-${count}`, role: 'viewer', scope: scopeOf('hosts:env=other') };
    const token = (await api.ask('POST', '/v1/tokens', ApiTokenMade, { body })).body.secret;
    await refused(host.name, 'unknown-reference', { token });
    await refused(address, 'unknown-reference', { token });
    expect((await ask(host.name)).about.name).toBe(host.name);
  });

  it('that is a host and a network has both as candidates', async () => {
    await api.raw('PATCH', `/v1/networks/${shop}`, { body: { name: host.name } });
    const { candidates } = await refused(host.name, 'ambiguous-reference');
    expect(candidates).toEqual([`host:${host.name}`, `network:${host.name}`]);
    expect((await ask(`network:${host.name}`)).about.kind).toBe('network');
  });
});
