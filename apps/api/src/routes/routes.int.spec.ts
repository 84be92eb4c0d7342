import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  Accepted,
  ApiTokenMade,
  CommandPage,
  Container,
  DryRun,
  Host,
  KeptRoutePage,
  Membership,
  Network,
  RouteAdded,
  Status,
} from '@orrery/shared/contracts';
import { apiFixture } from '../../../../test/support/api-fixture.js';
import { ControllerHost, sayHello } from '../../../../test/support/controller-host.js';
import { ReportingHost } from '../../../../test/support/reporting-host.js';
import { aMembership } from '../../../../test/support/reports.js';
import { LAN, LAN_PATH, POOL, received, RoutedNetwork, routersIn } from '../../../../test/support/routed-network.js';
import { scopeOf } from '../../../../test/support/scope.js';
import { eventually } from '../../../../test/support/servers.js';
import { NetworksRepository } from '../networks/networks.repository.js';

const { api, closing } = apiFixture();
let keeper: ControllerHost;
let shop: RoutedNetwork;
let count = 0;

beforeAll(async () => {
  keeper = closing(await ControllerHost.join(api, 'keeper'));
}, 60_000);

beforeEach(async () => {
  shop = closing(await RoutedNetwork.make(api, keeper, ++count));
}, 30_000);

const settingsOf = async (host: ReportingHost, name: string) =>
  (await api.get(`/v1/nodes/${host.name}.${name}/networks/${shop.network.id}`, Membership)).body.settings;

describe('a route', () => {
  it('makes a container on each of its hosts a router, with one command each', async () => {
    const { route, group, commands } = await shop.add();
    expect(route).toMatchObject({
      network: { id: shop.network.id, name: shop.network.name },
      ...{ target: LAN, state: 'pending', router: `${shop.one.name}/${shop.network.name}-router`, announced: [] },
      via: [
        { host: shop.one.name, container: `${shop.network.name}-router`, launched: true, address: null, outcome: null },
        { host: shop.two.name, container: `${shop.network.name}-router`, launched: true, address: null, outcome: null },
      ],
    });
    expect(commands.map(({ action, host }) => [action, host.name])).toEqual([
      ['route', shop.one.name],
      ['route', shop.two.name],
    ]);
    expect((await api.get(`/v1/commands?group=${group}`, CommandPage)).body.items).toHaveLength(2);
    const items = await received(shop.one, commands[0]!);
    expect(items.map(({ kind }) => kind).sort()).toEqual(['container', 'membership', 'router']);
    expect(routersIn(items)).toMatchObject([{ intent: 'present', network: shop.network.id, prefixes: [LAN] }]);
    expect(items.find(({ kind }) => kind === 'membership')).toMatchObject({ settings: { allowManaged: [POOL] } });
    expect(new Set(items.map(({ node }) => node)).size).toBe(1);
    await eventually(
      async () =>
        (
          await api.database.query<object[]>(`SELECT FROM events WHERE type = 'route.opened' AND network_id = $1`, [
            shop.network.id,
          ])
        ).length === 1,
      { what: 'the event' },
    );
  });

  it('is found by its prefix, with - or %2F, and by its ID, and listed with and without its network', async () => {
    const { route } = await shop.add();
    for (const path of [LAN_PATH, '/192.168.10.0%2F24', `/${route.id}`])
      expect((await shop.get(path)).id).toBe(route.id);
    expect(await shop.targets()).toEqual([LAN]);
    const { items } = (await api.get(`/v1/routes?network=${shop.network.name}`, KeptRoutePage)).body;
    expect(items).toEqual([await shop.get()]);
    await api.refused('GET', shop.at('/192.168.11.0-24'), 'unknown-prefix');
    await api.refused('GET', '/v1/networks/nothing/routes', 'unknown-network');
  });

  it('asked for again is new commands for the same route, and refused with other routers', async () => {
    const first = await shop.add();
    const again = await shop.add();
    expect(again.route).toEqual(first.route);
    expect(again.commands.map(({ container }) => container)).toEqual(first.commands.map(({ container }) => container));
    expect(again.commands[0]?.revision).toBe(first.commands[0]!.revision + 1);
    const other = await shop.refused('prefix-taken', { via: [{ host: shop.one.name }] });
    expect(other.detail).toContain(`via ${shop.one.name}/${shop.network.name}-router`);
    expect(other.fix).toContain(`orrery route rm ${LAN} --network ${shop.network.name}`);
  });

  it('shares its router with other routes of its network, and gives it up with the last of them', async () => {
    await shop.add({ via: [{ host: shop.one.name }] });
    const second = await shop.add({ target: '172.16.5.0/24', via: [{ host: shop.one.name }] });
    const [router] = routersIn(await received(shop.one, second.commands[0]!));
    expect(router?.prefixes).toEqual(['172.16.5.0/24', LAN]);
    const removed = await shop.remove();
    const [still] = routersIn(await received(shop.one, removed.commands[0]!));
    expect(still).toMatchObject({ id: router?.id, intent: 'present', prefixes: ['172.16.5.0/24'] });
    const last = await shop.remove('/172.16.5.0-24');
    expect((await received(shop.one, last.commands[0]!)).map(({ intent }) => intent)).toEqual([
      'absent',
      'absent',
      'absent',
    ]);
    expect(await shop.targets()).toEqual([]);
  });

  it('can take a container that is in the network, which then takes only the pool, and gets it back as it was', async () => {
    const body = { name: 'edge', networks: [shop.network.id], settings: { allowDNS: true } };
    await api.ask('POST', `/v1/hosts/${shop.one.name}/containers`, Accepted, { body });
    const { route, commands } = await shop.add({ via: [{ host: shop.one.name, container: 'edge' }] });
    expect(route.via).toMatchObject([{ container: 'edge', launched: false }]);
    expect(await settingsOf(shop.one, 'edge')).toMatchObject({ allowManaged: [POOL], allowDNS: true });
    expect(routersIn(await received(shop.one, commands[0]!))).toHaveLength(1);
    const removed = await shop.remove();
    const items = await received(shop.one, removed.commands[0]!);
    expect(items.map(({ kind, intent }) => [kind, intent]).sort()).toEqual([
      ['container', 'present'],
      ['membership', 'present'],
      ['router', 'absent'],
    ]);
    expect(await settingsOf(shop.one, 'edge')).toMatchObject({ allowManaged: true, allowDNS: true });
  });

  it('leaves nothing behind once its hosts have settled its end', async () => {
    await shop.add();
    const { commands } = await shop.remove();
    expect(await shop.targets()).toEqual([]);
    for (const [host, command] of [
      [shop.one, commands[0]!],
      [shop.two, commands[1]!],
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
      [[shop.one.id, shop.two.id]],
    );
    expect(left).toEqual([]);
  });
});

describe('a route is refused', () => {
  const nothing = async () => expect(await shop.targets()).toEqual([]);

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
    const problem = await shop.refused(code, { target });
    expect(problem.fix).toBeTruthy();
    await nothing();
  });

  it('to a prefix that overlaps another route, and allowed beside it', async () => {
    await shop.add();
    expect((await shop.refused('prefix-taken', { target: '192.168.0.0/16' })).fix).toContain(`orrery route rm ${LAN}`);
    await shop.add({ target: '192.168.11.0/24' });
  });

  it('to a single address by two routers, and allowed by one', async () => {
    const target = '192.168.10.20/32';
    expect((await shop.refused('router-refused', { target })).detail).toContain('halves');
    await shop.add({ target, via: [{ host: shop.one.name }] });
  });

  it('by the same host twice, by a host that is not there, and by none', async () => {
    const twice = [{ host: shop.one.name }, { host: shop.one.id }];
    expect((await shop.refused('router-refused', { via: twice })).detail).toContain('named twice');
    await shop.refused('unknown-host', { via: [{ host: 'nowhere' }] });
    await shop.refused('bad-request', { via: [] });
    await nothing();
  });

  it('by a container that is not there, not in the network, or an attachment', async () => {
    await shop.refused('unknown-container', { via: [{ host: shop.one.name, container: 'edge' }] });
    const other = { name: 'edge', networks: ['8056c2e21c00000a'] };
    await api.ask('POST', `/v1/hosts/${shop.one.name}/containers`, Accepted, { body: other });
    const outside = await shop.refused('router-refused', { via: [{ host: shop.one.name, container: 'edge' }] });
    expect(outside.fix).toContain(`orrery join ${shop.one.name}/edge ${shop.network.name}`);
    const db = { workload: 'shop/db/1', networks: [shop.network.id] };
    await api.ask('POST', `/v1/hosts/${shop.one.name}/attachments`, Accepted, { body: db });
    const attached = await shop.refused('router-refused', { via: [{ host: shop.one.name, container: 'shop-db-1' }] });
    expect(attached.detail).toContain('shares the network of shop/db/1');
    await nothing();
    await api.ask('PUT', `/v1/nodes/${shop.one.name}.edge/networks/${shop.network.id}`, Accepted, { body: {} });
    await shop.add({ via: [{ host: shop.one.name, container: 'edge' }] });
  });

  it('under the name of another container', async () => {
    const body = { name: `${shop.network.name}-router`, networks: ['8056c2e21c00000a'] };
    await api.ask('POST', `/v1/hosts/${shop.one.name}/containers`, Accepted, { body });
    await shop.refused('container-differs', {});
    await nothing();
  });

  it('beyond 32, of which each by routers counts twice', async () => {
    for (let index = 0; index < 15; index++)
      await shop.add({ target: `192.168.${index}.0/24`, via: [{ host: shop.one.name }] });
    const problem = await shop.refused('too-many-routes', {
      target: '192.168.200.0/24',
      via: [{ host: shop.one.name }],
    });
    expect(problem.detail).toContain('34 routes');
  }, 30_000);

  it('into a network that Orrery does not keep', async () => {
    const path = '/v1/networks/8056c2e21c00000a/routes';
    await api.refused('POST', path, 'network-not-kept', { body: { target: LAN, via: shop.viaBoth } });
  });

  it('to a token that is not allowed both the network and the hosts', async () => {
    let tokens = 0;
    const tokenOf = async (scope: string, role = 'operator') => {
      const body = { name: `t-${count}-${++tokens}`, role, scope: scopeOf(scope) };
      return (await api.ask('POST', '/v1/tokens', ApiTokenMade, { body })).body.secret;
    };
    await api.ask('PATCH', `/v1/hosts/${shop.one.name}`, Host, { body: { setLabels: { site: `s${count}` } } });
    const body = { target: LAN, via: [{ host: shop.one.name }] };
    const viewer = await tokenOf(`hosts:site=s${count};networks:${shop.network.id}`, 'viewer');
    await api.refused('POST', shop.at(), 'forbidden', { token: viewer, body });
    const byId = `/v1/networks/${shop.network.id}/routes`;
    await api.refused('POST', byId, 'forbidden', { token: await tokenOf(`hosts:site=s${count}`), body });
    const other = await tokenOf(`hosts:site=s${count};networks:8056c2e21c00000a`);
    await api.refused('POST', byId, 'forbidden', { token: other, body });
    const both = await tokenOf(`hosts:site=s${count};networks:${shop.network.id}`);
    await api.refused('POST', shop.at(), 'unknown-host', { token: both, body: { target: LAN, via: shop.viaBoth } });
    expect((await api.ask('POST', shop.at(), RouteAdded, { token: both, body })).body.commands).toHaveLength(1);
    expect((await api.ask('GET', '/v1/routes', KeptRoutePage, { token: both })).body.items).toHaveLength(1);
    const foreign = await tokenOf('networks:8056c2e21c00000a');
    expect((await api.ask('GET', '/v1/routes', KeptRoutePage, { token: foreign })).body.items).toEqual([]);
  });
});

describe('while a route needs it', () => {
  it('a container is not removed, does not leave the network, and takes no more of it', async () => {
    await shop.add();
    const name = `${shop.network.name}-router`;
    const container = `/v1/hosts/${shop.one.name}/containers/${name}`;
    const membership = `/v1/nodes/${shop.one.name}.${name}/networks/${shop.network.id}`;
    const problem = await api.refused('DELETE', container, 'router-in-use');
    expect(problem.fix).toContain(`orrery route rm ${LAN} --network ${shop.network.name}`);
    await api.refused('DELETE', membership, 'router-in-use');
    await api.refused('PUT', container, 'router-in-use', { body: { networks: ['8056c2e21c00000a'] } });
    await api.refused('PUT', membership, 'router-in-use', { body: { settings: { allowManaged: true } } });
    // The controls: whatever leaves the router in its network is allowed, and all of it once the route is gone.
    const settings = { allowManaged: [POOL] };
    const body = { networks: [shop.network.id], settings, limits: { pids: 64 } };
    await api.ask('PUT', container, Accepted, { body });
    await api.ask('PUT', membership, Accepted, { body: { settings: { allowDNS: true } } });
    await api.ask('POST', `${container}/restart`, Accepted);
    await shop.remove();
    expect((await api.get(container, Container)).body.intent).toBe('absent');
  });

  it('its commands are not cancelled, because the route would stay', async () => {
    const { commands } = await shop.add();
    const problem = await api.refused('DELETE', `/v1/commands/${commands[0]!.id}`, 'not-cancellable');
    expect(problem.fix).toContain('orrery route rm');
  });
});

describe('a network with a route', () => {
  const patch = (config: object) => ({ body: { config } });
  const path = () => `/v1/networks/${shop.network.name}`;

  it('keeps its own prefixes, and gets no route that overlaps it or is one too many', async () => {
    await shop.add({ via: [{ host: shop.one.name }] });
    const { pools, routes } = shop.network.config!;
    const other = { target: '10.99.0.0/24', via: null };
    const moved = { pools: [{ start: '10.99.0.1', end: '10.99.0.9' }], routes: [other] };
    const problem = await api.refused('PATCH', path(), 'router-in-use', patch(moved));
    expect(problem.fix).toContain(`orrery route rm ${LAN} --network ${shop.network.name}`);
    const beside = (target: string) => ({ pools, routes: [...routes, { target, via: '10.182.44.9' }] });
    await api.refused('PATCH', path(), 'prefix-taken', patch(beside('192.168.0.0/16')));
    const many = Array.from({ length: 29 }, (_, at) => ({ target: `10.10.${at}.0/24`, via: '10.182.44.9' }));
    await api.refused('PATCH', path(), 'too-many-routes', patch({ routes: [...routes, ...many] }));
    await api.ask('PATCH', path(), Network, patch({ ...beside('192.168.11.0/24'), mtu: 1400 }));
    await shop.remove();
    await api.ask('PATCH', path(), Network, patch(moved));
  });

  it('is not deleted before the route is', async () => {
    await shop.add({ via: [{ host: shop.one.name }] });
    await api.refused('DELETE', `${path()}?confirm=${shop.network.name}`, 'router-in-use');
    await shop.remove();
    await api.ask('DELETE', `${path()}?confirm=${shop.network.name}`, Network);
  });

  it('takes its prefix from what new networks choose from', async () => {
    await shop.add({ target: '10.77.0.0/16', via: [{ host: shop.one.name }] });
    const taken = await api.app.get(NetworksRepository, { strict: false }).takenPrefixes(api.database);
    expect(taken.prefixes).toContain('10.77.0.0/16');
  });
});

describe('what is said of a route', () => {
  it('names the hosts whose own daemon will not take it, or joins again for it, in the answer and in a dry run', async () => {
    const joins = async (host: ReportingHost, prefixes: string[], settings: object = {}) => {
      await sayHello(host.agent, [], prefixes);
      await api.ask('PUT', `/v1/nodes/${host.name}/networks/${shop.network.id}`, Accepted, { body: { settings } });
    };
    await joins(shop.one, ['10.0.0.0/24', LAN]);
    await joins(shop.two, ['10.0.0.0/24'], { allowManaged: [POOL] });
    const third = closing(await ReportingHost.join(api, `cloud-${count}`));
    await joins(third, ['10.0.0.0/24']);
    const after = aMembership({ network: shop.network.id, allowManagedList: [POOL] });
    await third.say({ type: 'network.joined', data: { node: third.node, network: shop.network.id, after } });
    for (const host of [shop.one, shop.two]) host.agent.answer = () => ({ result: 'ok', value: { steps: [] } });
    const body = { target: LAN, via: shop.viaBoth };
    const shown = (await api.ask('POST', shop.at('?dryRun=true'), DryRun, { body })).body;
    const causes = [`its own route ${LAN}`, `its membership takes only ${POOL} (allowManaged)`];
    const told = [`${shop.one.name}: ${causes[0]}`, `${shop.two.name}: ${causes[1]}`];
    const [route] = shown.changes;
    expect(route?.fields.find(({ field }) => field === 'notTaken')?.becomes).toEqual(told);
    expect(route?.fields.find(({ field }) => field === 'joinedAgain')?.becomes).toEqual([third.name]);
    const { notTaken, joinedAgain } = await shop.add();
    expect(joinedAgain).toEqual([{ id: third.id, name: third.name }]);
    expect(notTaken.map(({ host, cause }) => `${host.name}: ${cause}`)).toEqual(told);
  });

  it('includes a warning when its controller runs on the host of a router', async () => {
    expect((await shop.add({ via: [{ host: shop.one.name }] })).route.findings).toEqual([]);
    const target = '192.168.11.0/24';
    const { route } = await shop.add({ target, via: [{ host: shop.one.name }, { host: keeper.name }] });
    expect(route.findings).toMatchObject([{ code: 'controller-beside-router', severity: 'warning' }]);
    expect(route.findings[0]?.cause).toContain(`the controller ${keeper.name} runs on ${keeper.name}`);
  });

  it('is in the status until it is announced', async () => {
    await shop.add({ via: [{ host: shop.one.name }] });
    const about = async () =>
      (await api.get('/v1/status', Status)).body.attention.filter(({ what }) =>
        what.includes(`into ${shop.network.name}`),
      );
    expect(await about()).toMatchObject([
      {
        severity: 'warning',
        what: `route ${LAN} into ${shop.network.name} is not announced`,
        next: `orrery route get ${LAN} --network ${shop.network.name}`,
      },
    ]);
    await shop.remove();
    expect(await about()).toEqual([]);
  });
});

describe('a dry run', () => {
  it('shows the route, its routers and what their hosts would do, and changes nothing', async () => {
    for (const host of [shop.one, shop.two]) host.agent.answer = () => ({ result: 'ok', value: { steps: [] } });
    const body = { target: LAN, via: shop.viaBoth };
    const shown = (await api.ask('POST', shop.at('?dryRun=true'), DryRun, { body })).body;
    const name = `${shop.network.name}-router`;
    expect(shown.changes.map(({ noun, name: what, action }) => [noun, what, action])).toEqual([
      ['route', `${LAN} in ${shop.network.name}`, 'create'],
      ...[shop.one, shop.two].flatMap((host) => [
        ['container', `${host.name}/${name}`, 'create'],
        ['membership', `${host.name}/${name} in ${shop.network.name}`, 'create'],
        ['router', `${host.name}/${name} in ${shop.network.name}`, 'create'],
      ]),
    ]);
    expect(shown.hosts.map(({ host }) => host.name)).toEqual([shop.one.name, shop.two.name]);
    expect(await shop.targets()).toEqual([]);
    await api.refused('POST', shop.at('?dryRun=true'), 'prefix-refused', { body: { ...body, target: '8.8.8.0/24' } });
  });
});
