import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  Accepted,
  ApiTokenMade,
  CommandPage,
  Container,
  DryRun,
  Host,
  Item,
  KeptRoute,
  KeptRoutePage,
  Membership,
  NetworkMade,
  RouteAdded,
  RouteRemoved,
  Status,
  interfaceName,
  Network,
  type Command,
  type Outcome,
  type RouterItem,
} from '@orrery/shared/contracts';
import { pause } from '@orrery/shared/runtime';
import { isDeepStrictEqual } from 'node:util';
import { apiFixture } from '../../../../test/support/api-fixture.js';
import { ControllerHost, sayHello } from '../../../../test/support/controller-host.js';
import { ReportingHost } from '../../../../test/support/reporting-host.js';
import { anInterface } from '../../../../test/support/reports.js';
import { scopeOf } from '../../../../test/support/scope.js';
import { eventually } from '../../../../test/support/servers.js';
import { NetworksRepository } from '../networks/networks.repository.js';

const LAN = '192.168.10.0/24';
const POOL = '10.182.44.0/24';
const { api, closing } = apiFixture();
let keeper: ControllerHost;
let [one, two] = [] as unknown as [ReportingHost, ReportingHost];
let network: Network;
let count = 0;

beforeAll(async () => {
  keeper = closing(await ControllerHost.join(api, 'keeper'));
}, 60_000);

beforeEach(async () => {
  count++;
  one = closing(await ReportingHost.join(api, `onprem-${count}-1`));
  two = closing(await ReportingHost.join(api, `onprem-${count}-2`));
  const pools = [{ start: '10.182.44.1', end: '10.182.44.254' }];
  const config = { pools, routes: [{ target: POOL }, { target: '10.9.0.0/16', via: '10.182.44.9' }] };
  const body = { name: `shop-${count}`, controller: keeper.name, config };
  network = (await api.ask('POST', '/v1/networks', NetworkMade, { body })).body;
}, 30_000);

const at = (rest = '') => `/v1/networks/${network.name}/routes${rest}`;
const LAN_PATH = '/192.168.10.0-24';
const viaBoth = () => [{ host: one.name }, { host: two.name }];
const add = async (more: object = {}) => {
  const answer = await api.ask('POST', at(), RouteAdded, { body: { target: LAN, via: viaBoth(), ...more } });
  expect(answer.status).toBe(202);
  return answer.body;
};
const remove = async (path = LAN_PATH) => (await api.ask('DELETE', at(path), RouteRemoved)).body;
const get = async (path = LAN_PATH) => (await api.get(at(path), KeptRoute)).body;
const targets = async () => (await api.get(at(), KeptRoutePage)).body.items.map(({ target }) => target);
const refused = (code: Parameters<typeof api.refused>[2], more: object) =>
  api.refused('POST', at(), code, { body: { target: LAN, via: viaBoth(), ...more } });
/** What a host was told at the revision of this command. */
const received = async (host: ReportingHost, { revision }: Command) => {
  const state = await eventually(() => (host.agent.newest?.revision === revision ? host.agent.newest : undefined), {
    what: `revision ${revision} arrives`,
  });
  return state.items.map((item) => Item.parse(item));
};
const routersIn = (items: Item[]) => items.filter((item): item is RouterItem => item.kind === 'router');
const settingsOf = async (host: ReportingHost, name: string) =>
  (await api.get(`/v1/nodes/${host.name}.${name}/networks/${network.id}`, Membership)).body.settings;

describe('a route', () => {
  it('makes a container on each of its hosts a router, with one command each', async () => {
    const { route, group, commands } = await add();
    expect(route).toMatchObject({
      network: { id: network.id, name: network.name },
      ...{ target: LAN, state: 'pending', router: `${one.name}/${network.name}-router`, announced: [] },
      via: [
        { host: one.name, container: `${network.name}-router`, launched: true, address: null, outcome: null },
        { host: two.name, container: `${network.name}-router`, launched: true, address: null, outcome: null },
      ],
    });
    expect(commands.map(({ action, host }) => [action, host.name])).toEqual([
      ['route', one.name],
      ['route', two.name],
    ]);
    expect((await api.get(`/v1/commands?group=${group}`, CommandPage)).body.items).toHaveLength(2);
    const items = await received(one, commands[0]!);
    expect(items.map(({ kind }) => kind).sort()).toEqual(['container', 'membership', 'router']);
    expect(routersIn(items)).toMatchObject([{ intent: 'present', network: network.id, prefixes: [LAN] }]);
    expect(items.find(({ kind }) => kind === 'membership')).toMatchObject({ settings: { allowManaged: [POOL] } });
    expect(new Set(items.map(({ node }) => node)).size).toBe(1);
    await eventually(
      async () =>
        (
          await api.database.query<object[]>(`SELECT FROM events WHERE type = 'route.opened' AND network_id = $1`, [
            network.id,
          ])
        ).length === 1,
      { what: 'the event' },
    );
  });

  it('is found by its prefix, with - or %2F, and by its ID, and listed with and without its network', async () => {
    const { route } = await add();
    for (const path of [LAN_PATH, '/192.168.10.0%2F24', `/${route.id}`]) expect((await get(path)).id).toBe(route.id);
    expect(await targets()).toEqual([LAN]);
    const { items } = (await api.get(`/v1/routes?network=${network.name}`, KeptRoutePage)).body;
    expect(items).toEqual([await get()]);
    await api.refused('GET', at('/192.168.11.0-24'), 'unknown-prefix');
    await api.refused('GET', '/v1/networks/nothing/routes', 'unknown-network');
  });

  it('asked for again is new commands for the same route, and refused with other routers', async () => {
    const first = await add();
    const again = await add();
    expect(again.route).toEqual(first.route);
    expect(again.commands.map(({ container }) => container)).toEqual(first.commands.map(({ container }) => container));
    expect(again.commands[0]?.revision).toBe(first.commands[0]!.revision + 1);
    const other = await refused('prefix-taken', { via: [{ host: one.name }] });
    expect(other.detail).toContain(`via ${one.name}/${network.name}-router`);
    expect(other.fix).toContain(`orrery route rm ${LAN} --network ${network.name}`);
  });

  it('shares its router with other routes of its network, and gives it up with the last of them', async () => {
    await add({ via: [{ host: one.name }] });
    const second = await add({ target: '172.16.5.0/24', via: [{ host: one.name }] });
    const [router] = routersIn(await received(one, second.commands[0]!));
    expect(router?.prefixes).toEqual(['172.16.5.0/24', LAN]);
    const removed = await remove();
    const [still] = routersIn(await received(one, removed.commands[0]!));
    expect(still).toMatchObject({ id: router?.id, intent: 'present', prefixes: ['172.16.5.0/24'] });
    const last = await remove('/172.16.5.0-24');
    expect((await received(one, last.commands[0]!)).map(({ intent }) => intent)).toEqual([
      'absent',
      'absent',
      'absent',
    ]);
    expect(await targets()).toEqual([]);
  });

  it('can take a container that is in the network, which then takes only the pool, and gets it back as it was', async () => {
    const body = { name: 'edge', networks: [network.id], settings: { allowDNS: true } };
    await api.ask('POST', `/v1/hosts/${one.name}/containers`, Accepted, { body });
    const { route, commands } = await add({ via: [{ host: one.name, container: 'edge' }] });
    expect(route.via).toMatchObject([{ container: 'edge', launched: false }]);
    expect(await settingsOf(one, 'edge')).toMatchObject({ allowManaged: [POOL], allowDNS: true });
    expect(routersIn(await received(one, commands[0]!))).toHaveLength(1);
    const removed = await remove();
    const items = await received(one, removed.commands[0]!);
    expect(items.map(({ kind, intent }) => [kind, intent]).sort()).toEqual([
      ['container', 'present'],
      ['membership', 'present'],
      ['router', 'absent'],
    ]);
    expect(await settingsOf(one, 'edge')).toMatchObject({ allowManaged: true, allowDNS: true });
  });

  it('leaves nothing behind once its hosts have settled its end', async () => {
    await add();
    const { commands } = await remove();
    expect(await targets()).toEqual([]);
    for (const [host, command] of [
      [one, commands[0]!],
      [two, commands[1]!],
    ] as const) {
      const items = await received(host, command);
      await host.say(
        ...items.map(({ id }) => ({
          type: 'item.settled' as const,
          data: { item: id, revision: command.revision, outcome: { kind: 'done' as const } },
        })),
      );
    }
    const left = await api.database.query<object[]>(
      `SELECT id FROM items WHERE host_id = ANY($1) UNION ALL SELECT node_id FROM routers WHERE host_id = ANY($1)`,
      [[one.id, two.id]],
    );
    expect(left).toEqual([]);
  });
});

describe('a route is refused', () => {
  const nothing = async () => expect(await targets()).toEqual([]);

  it.each([
    ['8.8.8.0/24', 'prefix-refused'],
    ['0.0.0.0/0', 'prefix-refused'],
    ['fd00::/64', 'prefix-refused'],
    ['169.254.0.0/16', 'prefix-refused'],
    ['192.168.10.20/24', 'prefix-refused'],
    ['10.182.44.128/25', 'prefix-taken'],
    ['10.9.1.0/24', 'prefix-taken'],
    ['somewhere', 'bad-request'],
  ] as const)('to %s, as %s', async (target, code) => {
    const problem = await refused(code, { target });
    expect(problem.fix).toBeTruthy();
    await nothing();
  });

  it('to a prefix that overlaps another route, and allowed beside it', async () => {
    await add();
    expect((await refused('prefix-taken', { target: '192.168.0.0/16' })).fix).toContain(`orrery route rm ${LAN}`);
    await add({ target: '192.168.11.0/24' });
  });

  it('to a single address by two routers, and allowed by one', async () => {
    const target = '192.168.10.20/32';
    expect((await refused('router-refused', { target })).detail).toContain('halves');
    await add({ target, via: [{ host: one.name }] });
  });

  it('by the same host twice, by a host that is not there, and by none', async () => {
    const twice = [{ host: one.name }, { host: one.id }];
    expect((await refused('router-refused', { via: twice })).detail).toContain('named twice');
    await refused('unknown-host', { via: [{ host: 'nowhere' }] });
    await refused('bad-request', { via: [] });
    await nothing();
  });

  it('by a container that is not there, not in the network, or an attachment', async () => {
    await refused('unknown-container', { via: [{ host: one.name, container: 'edge' }] });
    const other = { name: 'edge', networks: ['8056c2e21c00000a'] };
    await api.ask('POST', `/v1/hosts/${one.name}/containers`, Accepted, { body: other });
    const outside = await refused('router-refused', { via: [{ host: one.name, container: 'edge' }] });
    expect(outside.fix).toContain(`orrery join ${one.name}/edge ${network.name}`);
    const db = { workload: 'shop/db/1', networks: [network.id] };
    await api.ask('POST', `/v1/hosts/${one.name}/attachments`, Accepted, { body: db });
    const attached = await refused('router-refused', { via: [{ host: one.name, container: 'shop-db-1' }] });
    expect(attached.detail).toContain('shares the network of shop/db/1');
    await nothing();
    await api.ask('PUT', `/v1/nodes/${one.name}.edge/networks/${network.id}`, Accepted, { body: {} });
    await add({ via: [{ host: one.name, container: 'edge' }] });
  });

  it('under the name of another container', async () => {
    const body = { name: `${network.name}-router`, networks: ['8056c2e21c00000a'] };
    await api.ask('POST', `/v1/hosts/${one.name}/containers`, Accepted, { body });
    await refused('container-differs', {});
    await nothing();
  });

  it('beyond 32, of which each by routers counts twice', async () => {
    for (let index = 0; index < 15; index++) await add({ target: `192.168.${index}.0/24`, via: [{ host: one.name }] });
    const problem = await refused('too-many-routes', { target: '192.168.200.0/24', via: [{ host: one.name }] });
    expect(problem.detail).toContain('34 routes');
  }, 30_000);

  it('into a network that Orrery does not keep', async () => {
    const path = '/v1/networks/8056c2e21c00000a/routes';
    await api.refused('POST', path, 'network-not-kept', { body: { target: LAN, via: viaBoth() } });
  });

  it('to a token that is not allowed both the network and the hosts', async () => {
    let tokens = 0;
    const tokenOf = async (scope: string, role = 'operator') => {
      const body = { name: `t-${count}-${++tokens}`, role, scope: scopeOf(scope) };
      return (await api.ask('POST', '/v1/tokens', ApiTokenMade, { body })).body.secret;
    };
    await api.ask('PATCH', `/v1/hosts/${one.name}`, Host, { body: { setLabels: { site: `s${count}` } } });
    const body = { target: LAN, via: [{ host: one.name }] };
    const viewer = await tokenOf(`hosts:site=s${count};networks:${network.id}`, 'viewer');
    await api.refused('POST', at(), 'forbidden', { token: viewer, body });
    const byId = `/v1/networks/${network.id}/routes`;
    await api.refused('POST', byId, 'forbidden', { token: await tokenOf(`hosts:site=s${count}`), body });
    const other = await tokenOf(`hosts:site=s${count};networks:8056c2e21c00000a`);
    await api.refused('POST', byId, 'forbidden', { token: other, body });
    const both = await tokenOf(`hosts:site=s${count};networks:${network.id}`);
    await api.refused('POST', at(), 'unknown-host', { token: both, body: { target: LAN, via: viaBoth() } });
    expect((await api.ask('POST', at(), RouteAdded, { token: both, body })).body.commands).toHaveLength(1);
    expect((await api.ask('GET', '/v1/routes', KeptRoutePage, { token: both })).body.items).toHaveLength(1);
    const foreign = await tokenOf('networks:8056c2e21c00000a');
    expect((await api.ask('GET', '/v1/routes', KeptRoutePage, { token: foreign })).body.items).toEqual([]);
  });
});

describe('while a route needs it', () => {
  it('a container is not removed, does not leave the network, and takes no more of it', async () => {
    await add();
    const name = `${network.name}-router`;
    const container = `/v1/hosts/${one.name}/containers/${name}`;
    const membership = `/v1/nodes/${one.name}.${name}/networks/${network.id}`;
    const problem = await api.refused('DELETE', container, 'router-in-use');
    expect(problem.fix).toContain(`orrery route rm ${LAN} --network ${network.name}`);
    await api.refused('DELETE', membership, 'router-in-use');
    await api.refused('PUT', container, 'router-in-use', { body: { networks: ['8056c2e21c00000a'] } });
    await api.refused('PUT', membership, 'router-in-use', { body: { settings: { allowManaged: true } } });
    // The controls: whatever leaves the router in its network is allowed, and all of it once the route is gone.
    const settings = { allowManaged: [POOL] };
    const body = { networks: [network.id], settings, limits: { pids: 64 } };
    await api.ask('PUT', container, Accepted, { body });
    await api.ask('PUT', membership, Accepted, { body: { settings: { allowDNS: true } } });
    await api.ask('POST', `${container}/restart`, Accepted);
    await remove();
    expect((await api.get(container, Container)).body.intent).toBe('absent');
  });

  it('its commands are not cancelled, because the route would stay', async () => {
    const { commands } = await add();
    const problem = await api.refused('DELETE', `/v1/commands/${commands[0]!.id}`, 'not-cancellable');
    expect(problem.fix).toContain('orrery route rm');
  });
});

describe('a network with a route', () => {
  const patch = (config: object) => ({ body: { config } });
  const path = () => `/v1/networks/${network.name}`;

  it('keeps its own prefixes, and gets no route that overlaps it or is one too many', async () => {
    await add({ via: [{ host: one.name }] });
    const { pools, routes } = network.config!;
    const other = { target: '10.99.0.0/24', via: null };
    const moved = { pools: [{ start: '10.99.0.1', end: '10.99.0.9' }], routes: [other] };
    const problem = await api.refused('PATCH', path(), 'router-in-use', patch(moved));
    expect(problem.fix).toContain(`orrery route rm ${LAN} --network ${network.name}`);
    const beside = (target: string) => ({ pools, routes: [...routes, { target, via: '10.182.44.9' }] });
    await api.refused('PATCH', path(), 'prefix-taken', patch(beside('192.168.0.0/16')));
    const many = Array.from({ length: 29 }, (_, at) => ({ target: `10.10.${at}.0/24`, via: '10.182.44.9' }));
    await api.refused('PATCH', path(), 'too-many-routes', patch({ routes: [...routes, ...many] }));
    await api.ask('PATCH', path(), Network, patch({ ...beside('192.168.11.0/24'), mtu: 1400 }));
    await remove();
    await api.ask('PATCH', path(), Network, patch(moved));
  });

  it('is not deleted before the route is', async () => {
    await add({ via: [{ host: one.name }] });
    await api.refused('DELETE', `${path()}?confirm=${network.name}`, 'router-in-use');
    await remove();
    await api.ask('DELETE', `${path()}?confirm=${network.name}`, Network);
  });

  it('takes its prefix from what new networks choose from', async () => {
    await add({ target: '10.77.0.0/16', via: [{ host: one.name }] });
    const taken = await api.app.get(NetworksRepository, { strict: false }).takenPrefixes(api.database);
    expect(taken.prefixes).toContain('10.77.0.0/16');
  });
});

describe('what is said of a route', () => {
  it('names the hosts whose own daemon will not take it, in the answer and in a dry run', async () => {
    const joins = async (host: ReportingHost, prefixes: string[], settings: object = {}) => {
      await sayHello(host.agent, [], prefixes);
      await api.ask('PUT', `/v1/nodes/${host.name}/networks/${network.id}`, Accepted, { body: { settings } });
    };
    await joins(one, ['10.0.0.0/24', LAN]);
    await joins(two, ['10.0.0.0/24'], { allowManaged: [POOL] });
    const third = closing(await ReportingHost.join(api, `cloud-${count}`));
    await joins(third, ['10.0.0.0/24']);
    for (const host of [one, two]) host.agent.answer = () => ({ result: 'ok', value: { steps: [] } });
    const body = { target: LAN, via: viaBoth() };
    const shown = (await api.ask('POST', at('?dryRun=true'), DryRun, { body })).body;
    const causes = [`its own route ${LAN}`, `its membership takes only ${POOL} (allowManaged)`];
    const told = [`${one.name}: ${causes[0]}`, `${two.name}: ${causes[1]}`];
    const [route] = shown.changes;
    expect(route?.fields.find(({ field }) => field === 'notTaken')?.becomes).toEqual(told);
    const { notTaken } = await add();
    expect(notTaken.map(({ host, cause }) => `${host.name}: ${cause}`)).toEqual(told);
  });

  it('includes a warning when its controller runs on the host of a router', async () => {
    expect((await add({ via: [{ host: one.name }] })).route.findings).toEqual([]);
    const target = '192.168.11.0/24';
    const { route } = await add({ target, via: [{ host: one.name }, { host: keeper.name }] });
    expect(route.findings).toMatchObject([{ code: 'controller-beside-router', severity: 'warning' }]);
    expect(route.findings[0]?.cause).toContain(`the controller ${keeper.name} runs on ${keeper.name}`);
  });

  it('is in the status until it is announced', async () => {
    await add({ via: [{ host: one.name }] });
    const about = async () =>
      (await api.get('/v1/status', Status)).body.attention.filter(({ what }) => what.includes(`into ${network.name}`));
    expect(await about()).toMatchObject([
      {
        severity: 'warning',
        what: `route ${LAN} into ${network.name} is not announced`,
        next: `orrery route get ${LAN} --network ${network.name}`,
      },
    ]);
    await remove();
    expect(await about()).toEqual([]);
  });
});

describe('a dry run', () => {
  it('shows the route, its routers and what their hosts would do, and changes nothing', async () => {
    for (const host of [one, two]) host.agent.answer = () => ({ result: 'ok', value: { steps: [] } });
    const body = { target: LAN, via: viaBoth() };
    const shown = (await api.ask('POST', at('?dryRun=true'), DryRun, { body })).body;
    const name = `${network.name}-router`;
    expect(shown.changes.map(({ noun, name: what, action }) => [noun, what, action])).toEqual([
      ['route', `${LAN} in ${network.name}`, 'create'],
      ...[one, two].flatMap((host) => [
        ['container', `${host.name}/${name}`, 'create'],
        ['membership', `${host.name}/${name} in ${network.name}`, 'create'],
        ['router', `${host.name}/${name} in ${network.name}`, 'create'],
      ]),
    ]);
    expect(shown.hosts.map(({ host }) => host.name)).toEqual([one.name, two.name]);
    expect(await targets()).toEqual([]);
    await api.refused('POST', at('?dryRun=true'), 'prefix-refused', { body: { ...body, target: '8.8.8.0/24' } });
  });
});

describe('the announcement of a route', () => {
  const announced = () =>
    keeper.controller.networks.get(network.id)?.config.routes.filter(({ target }) => target.startsWith('192.168.')) ??
    [];
  const routerOf = (items: Item[]) => routersIn(items)[0] as RouterItem;
  /** The router runs, has this address, and forwards. */
  const works = async (host: ReportingHost, command: Command, address: string) => {
    const router = routerOf(await received(host, command));
    await shows(host, router, address);
    await settles(host, router);
    return router;
  };
  const shows = (host: ReportingHost, { node }: RouterItem, ...addresses: string[]) => {
    const device = interfaceName(network.id);
    const after = anInterface({ device, addresses });
    return host.say({ type: 'interface.changed', data: { node, network: network.id, device, after } });
  };
  const settles = (host: ReportingHost, { id, revision }: RouterItem, outcome: Outcome = { kind: 'done' }) =>
    host.say({ type: 'item.settled', data: { item: id, revision, outcome } });
  const via = (address: string) => [{ target: LAN, via: address }];
  const until = (routes: object[], what: string) => eventually(() => isDeepStrictEqual(announced(), routes), { what });
  const isPending = async (cause: string) => {
    await eventually(async () => (await get()).cause?.includes(cause), { what: cause });
    expect(announced()).toEqual([]);
  };

  it('waits for the address of its router and for what it forwards, and says so', async () => {
    const { commands, route } = await add();
    expect(route.cause).toContain('has no address in');
    const router = routerOf(await received(one, commands[0]!));
    await shows(one, router, '192.0.2.7/24');
    await isPending('has no address in');
    await shows(one, router, 'fd00::7/88', '10.182.44.7/24');
    await isPending('has not reported yet that it forwards');
    await settles(one, router, { kind: 'failed', code: 'unexpected', cause: 'no way to the LAN', fix: 'Plug it in.' });
    await isPending('no way to the LAN');
    await settles(one, router);
    await until(via('10.182.44.7'), 'the route is announced');
    expect(await get()).toMatchObject({
      ...{ state: 'announced', cause: null, announced: via('10.182.44.7') },
      via: [
        { address: '10.182.44.7', outcome: { kind: 'done' } },
        { address: null, outcome: null },
      ],
    });
    // The routes of people are what they were.
    const { routes } = keeper.controller.networks.get(network.id)!.config;
    expect(routes.slice(0, 2)).toEqual(network.config?.routes);
    expect((await api.get(`/v1/networks/${network.id}`, Network)).body).toMatchObject({
      config: { routes: network.config?.routes },
      sync: { state: 'applied' },
    });
  });

  it('follows its router to another address, in the other form, and survives its restart', async () => {
    const { commands } = await add({ via: [{ host: one.name }] });
    const router = await works(one, commands[0]!, '10.182.44.7/24');
    await until(via('10.182.44.7'), 'the route is announced');
    await shows(one, router);
    await shows(one, router, '10.182.44.9/24');
    await until(halves('10.182.44.9'), 'the route follows');
    expect(await get()).toMatchObject({ state: 'announced', target: LAN, announced: halves('10.182.44.9') });
  });
  const halves = (address: string) => [
    { target: '192.168.10.0/25', via: address },
    { target: '192.168.10.128/25', via: address },
  ];

  it('switches by hand to another router, by the halves and back by the whole, as one route all along', async () => {
    const { commands } = await add();
    await works(one, commands[0]!, '10.182.44.7/24');
    await works(two, commands[1]!, '10.182.44.8/24');
    await until(via('10.182.44.7'), 'the route is announced');
    const before = await get();
    const switched = await switchTo(two.name);
    expect(switched).toMatchObject({
      ...{ target: LAN, state: 'announced', router: `${two.name}/${network.name}-router` },
      ...{ announced: halves('10.182.44.8'), version: before.version + 1 },
    });
    expect(announced()).toEqual(halves('10.182.44.8'));
    expect(await targets()).toEqual([LAN]);
    // The same again changes nothing, and no agent was told anything.
    expect((await switchTo(`${two.name}/${network.name}-router`)).version).toBe(switched.version);
    expect((await switchTo(one.name)).announced).toEqual(via('10.182.44.7'));
    const writes = keeper
      .asked('put-network')
      .filter((ask) => ask.network === network.id)
      .map(({ config }) => config.routes.slice(2));
    expect(writes).toEqual([[], via('10.182.44.7'), halves('10.182.44.8'), via('10.182.44.7')]);
    expect(one.agent.newest?.revision).toBe(commands[0]!.revision);
    const events = () =>
      api.database.query<{ data: { router: string; from: string } }[]>(
        `SELECT data FROM events WHERE type = 'route.switched' AND network_id = $1 ORDER BY id`,
        [network.id],
      );
    await eventually(async () => (await events()).length === 2, { what: 'two switches were told' });
    expect((await events()).map(({ data }) => [data.from, data.router].map((name) => name.split('/')[0]))).toEqual([
      [one.name, two.name],
      [two.name, one.name],
    ]);
  });
  const switchTo = async (router: string) =>
    (await api.ask('PATCH', at(LAN_PATH), KeptRoute, { body: { router } })).body;

  it('stays with its router while the next one is not ready, and says why', async () => {
    const { commands } = await add();
    await works(one, commands[0]!, '10.182.44.7/24');
    await until(via('10.182.44.7'), 'the route is announced');
    const waits = await switchTo(two.name);
    expect(waits).toMatchObject({ state: 'pending', announced: via('10.182.44.7') });
    expect(waits.cause).toContain(`${two.name}/${network.name}-router has no address`);
    await works(two, commands[1]!, '10.182.44.8/24');
    await until(halves('10.182.44.8'), 'the route has switched');
    expect(await get()).toMatchObject({ state: 'announced', cause: null });
  });

  it('does not switch to a node that is no router of it, or from another version', async () => {
    await add();
    const problem = await api.refused('PATCH', at(LAN_PATH), 'router-refused', { body: { router: keeper.name } });
    expect(problem.detail).toContain(`only ${one.name}/${network.name}-router, ${two.name}/${network.name}-router`);
    const headers = { 'if-match': '"7"' };
    await api.refused('PATCH', at(LAN_PATH), 'revision-conflict', { body: { router: two.name }, headers });
    const now = { 'if-match': '"1"' };
    await api.ask('PATCH', at(LAN_PATH), KeptRoute, { body: { router: two.name }, headers: now });
    await api.refused('PATCH', at('/192.168.11.0-24'), 'unknown-prefix', { body: { router: two.name } });
  });

  it('comes back with a network that its controller has lost, and stays when somebody changes the network', async () => {
    const { commands } = await add({ via: [{ host: one.name }] });
    await works(one, commands[0]!, '10.182.44.7/24');
    await until(via('10.182.44.7'), 'the route is announced');
    await api.ask('PATCH', `/v1/networks/${network.id}`, Network, { body: { config: { mtu: 1500 } } });
    await eventually(() => keeper.controller.networks.get(network.id)?.config.mtu === 1500, { what: 'the change' });
    expect(announced()).toEqual(via('10.182.44.7'));
    keeper.controller.networks.delete(network.id);
    await eventually(() => announced().length > 0, { within: 20_000, what: 'the network is back' });
    expect(announced()).toEqual(via('10.182.44.7'));
  }, 40_000);

  it('ends with the route, before its router hears of it', async () => {
    const { commands } = await add({ via: [{ host: one.name }] });
    await works(one, commands[0]!, '10.182.44.7/24');
    await until(via('10.182.44.7'), 'the route is announced');
    // A controller that takes its time, longer than a state needs to a host.
    keeper.agent.answer = async (call) => {
      if (call.op.op === 'controller' && call.op.ask.do === 'put-network')
        await pause(150, new AbortController().signal);
      return keeper.controller.answer(call);
    };
    const { states } = one.agent;
    const left: number[] = [];
    states.push = (...more) => {
      left.push(announced().length);
      return Array.prototype.push.apply(states, more);
    };
    const removed = await remove();
    await received(one, removed.commands[0]!);
    expect([left, await targets()]).toEqual([[0], []]);
    keeper.agent.answer = (call) => keeper.controller.answer(call);
  });

  it('ends at once while its router is away, which hears of it later', async () => {
    const { commands } = await add({ via: [{ host: one.name }] });
    await works(one, commands[0]!, '10.182.44.7/24');
    await until(via('10.182.44.7'), 'the route is announced');
    await one.close();
    const removed = await remove();
    expect(announced()).toEqual([]);
    expect(removed.commands).toMatchObject([{ state: 'queued' }]);
  });

  it('ends with a host that is forgotten, and the other one is named', async () => {
    const { commands } = await add();
    await works(one, commands[0]!, '10.182.44.7/24');
    await until(via('10.182.44.7'), 'the route is announced');
    await one.remove();
    await eventually(() => announced().length === 0, { within: 20_000, what: 'the route is taken back' });
    const name = `${two.name}/${network.name}-router`;
    expect(await get()).toMatchObject({
      state: 'pending',
      router: null,
      cause: `its router was removed; ${name} stands by`,
    });
  }, 40_000);

  it('is not made while the controller is away, and says why', async () => {
    const { commands } = await add({ via: [{ host: one.name }] });
    keeper.controller.trouble = { result: 'trouble', code: 'controller-unreachable', cause: 'it is off', fix: 'On.' };
    await works(one, commands[0]!, '10.182.44.7/24');
    await isPending('it is off');
    keeper.controller.trouble = undefined;
    await eventually(() => announced().length > 0, { within: 20_000, what: 'the route is announced' });
  }, 40_000);
});
