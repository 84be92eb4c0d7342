import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Explanation, KeptRoute, Network } from '@orrery/shared/contracts';
import { pause } from '@orrery/shared/runtime';
import { isDeepStrictEqual } from 'node:util';
import { apiFixture } from '../../../../test/support/api-fixture.js';
import { ControllerHost } from '../../../../test/support/controller-host.js';
import { LAN, LAN_PATH, received, RoutedNetwork, routerIn, settles } from '../../../../test/support/routed-network.js';
import { eventually } from '../../../../test/support/servers.js';

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

describe('the announcement of a route', () => {
  const via = (address: string) => [{ target: LAN, via: address }];
  /** The controller announces these, and the API knows that. */
  const until = (routes: object[], what: string) => {
    const isThere = async () =>
      isDeepStrictEqual(shop.announced(), routes) && isDeepStrictEqual((await shop.get()).announced, routes);
    return eventually(isThere, { what });
  };
  const isPending = async (cause: string) => {
    await eventually(async () => (await shop.get()).cause?.includes(cause), { what: cause });
    expect(shop.announced()).toEqual([]);
  };

  it('waits for the address of its router and for what it forwards, and says so', async () => {
    const { commands, route } = await shop.add();
    expect(route.cause).toContain('has no address in');
    const router = routerIn(await received(shop.one, commands[0]!));
    await shop.shows(shop.one, router, '192.0.2.7/24');
    await isPending('has no address in');
    await shop.shows(shop.one, router, 'fd00::7/88', '10.182.44.7/24');
    await isPending('has not reported yet that it forwards');
    await settles(shop.one, router, {
      kind: 'failed',
      code: 'unexpected',
      cause: 'no way to the LAN',
      fix: 'Plug it in.',
    });
    await isPending('no way to the LAN');
    const query = new URLSearchParams({ about: `${shop.one.name}/${shop.routerName}` });
    const explained = (await api.get(`/v1/explanations?${query.toString()}`, Explanation)).body;
    const causes = [explained.cause, ...explained.more].map((one) => one?.cause);
    expect(causes).toContain('no way to the LAN');
    await settles(shop.one, router);
    await until(via('10.182.44.7'), 'the route is announced');
    expect(await shop.get()).toMatchObject({
      ...{ state: 'announced', cause: null, announced: via('10.182.44.7') },
      via: [
        { address: '10.182.44.7', outcome: { kind: 'done' } },
        { address: null, outcome: null },
      ],
    });
    // The routes of people are what they were.
    const { routes } = keeper.controller.networks.get(shop.network.id)!.config;
    expect(routes.slice(0, 2)).toEqual(shop.network.config?.routes);
    expect((await api.get(`/v1/networks/${shop.network.id}`, Network)).body).toMatchObject({
      config: { routes: shop.network.config?.routes },
      sync: { state: 'applied' },
    });
  });

  it('follows its router to another address, in the other form, and survives its restart', async () => {
    const { commands } = await shop.add({ via: [{ host: shop.one.name }] });
    const router = await shop.works(shop.one, commands[0]!, '10.182.44.7/24');
    await until(via('10.182.44.7'), 'the route is announced');
    await shop.shows(shop.one, router);
    await shop.shows(shop.one, router, '10.182.44.9/24');
    await until(halves('10.182.44.9'), 'the route follows');
    expect(await shop.get()).toMatchObject({ state: 'announced', target: LAN, announced: halves('10.182.44.9') });
  });
  const halves = (address: string) => [
    { target: '192.168.10.0/25', via: address },
    { target: '192.168.10.128/25', via: address },
  ];

  it('switches by hand to another router, by the halves and back by the whole, as one route all along', async () => {
    const { commands } = await shop.add();
    await shop.works(shop.one, commands[0]!, '10.182.44.7/24');
    await shop.works(shop.two, commands[1]!, '10.182.44.8/24');
    await until(via('10.182.44.7'), 'the route is announced');
    await shop.watches(shop.two, '10.182.44.7');
    const before = await shop.get();
    const switched = await switchTo(shop.two.name);
    expect(switched).toMatchObject({
      ...{ target: LAN, state: 'announced', router: `${shop.two.name}/${shop.network.name}-router` },
      ...{ announced: [...via('10.182.44.7'), ...halves('10.182.44.8')], version: before.version + 1 },
    });
    await until(halves('10.182.44.8'), 'only the halves are left');
    expect((await shop.get()).announced).toEqual(halves('10.182.44.8'));
    expect(await shop.targets()).toEqual([LAN]);
    // The same again changes nothing.
    expect((await switchTo(`${shop.two.name}/${shop.network.name}-router`)).version).toBe(switched.version);
    await shop.watches(shop.one, '10.182.44.8');
    expect((await switchTo(shop.one.name)).state).toBe('announced');
    await until(via('10.182.44.7'), 'only the whole is left');
    const writes = keeper
      .asked('put-network')
      .filter((ask) => ask.network === shop.network.id)
      .map(({ config }) => config.routes.slice(2));
    const [first, second] = [via('10.182.44.7'), halves('10.182.44.8')];
    expect(writes).toEqual([[], first, [...first, ...second], second, [...second, ...first], first]);
    const events = () =>
      api.database.query<{ data: { router: string; from: string } }[]>(
        `SELECT data FROM events WHERE type = 'route.switched' AND network_id = $1 ORDER BY id`,
        [shop.network.id],
      );
    await eventually(async () => (await events()).length === 2, { what: 'two switches were told' });
    expect((await events()).map(({ data }) => [data.from, data.router].map((name) => name.split('/')[0]))).toEqual([
      [shop.one.name, shop.two.name],
      [shop.two.name, shop.one.name],
    ]);
  });
  const switchTo = async (router: string) =>
    (await api.ask('PATCH', shop.at(LAN_PATH), KeptRoute, { body: { router } })).body;

  it('stays with its router while the next one is not ready, and says why', async () => {
    const { commands } = await shop.add();
    await shop.works(shop.one, commands[0]!, '10.182.44.7/24');
    await until(via('10.182.44.7'), 'the route is announced');
    const waits = await switchTo(shop.two.name);
    expect(waits).toMatchObject({ state: 'pending', announced: via('10.182.44.7') });
    expect(waits.cause).toContain(`${shop.two.name}/${shop.network.name}-router has no address`);
    await shop.works(shop.two, commands[1]!, '10.182.44.8/24');
    await until(halves('10.182.44.8'), 'the route has switched');
    expect(await shop.get()).toMatchObject({ state: 'announced', cause: null });
  });

  it('does not switch to a node that is no router of it, or from another version', async () => {
    await shop.add();
    const problem = await api.refused('PATCH', shop.at(LAN_PATH), 'router-refused', { body: { router: keeper.name } });
    expect(problem.detail).toContain(
      `only ${shop.one.name}/${shop.network.name}-router, ${shop.two.name}/${shop.network.name}-router`,
    );
    const headers = { 'if-match': '"7"' };
    await api.refused('PATCH', shop.at(LAN_PATH), 'revision-conflict', { body: { router: shop.two.name }, headers });
    const now = { 'if-match': '"1"' };
    await api.ask('PATCH', shop.at(LAN_PATH), KeptRoute, { body: { router: shop.two.name }, headers: now });
    await api.refused('PATCH', shop.at('/192.168.11.0-24'), 'unknown-prefix', { body: { router: shop.two.name } });
  });

  it('comes back with a network that its controller has lost, and stays when somebody changes the network', async () => {
    const { commands } = await shop.add({ via: [{ host: shop.one.name }] });
    await shop.works(shop.one, commands[0]!, '10.182.44.7/24');
    await until(via('10.182.44.7'), 'the route is announced');
    await api.ask('PATCH', `/v1/networks/${shop.network.id}`, Network, { body: { config: { mtu: 1500 } } });
    await eventually(() => keeper.controller.networks.get(shop.network.id)?.config.mtu === 1500, {
      what: 'the change',
    });
    expect(shop.announced()).toEqual(via('10.182.44.7'));
    keeper.controller.networks.delete(shop.network.id);
    await eventually(() => shop.announced().length > 0, { within: 20_000, what: 'the network is back' });
    expect(shop.announced()).toEqual(via('10.182.44.7'));
  }, 40_000);

  it('ends with the route, before its router hears of it', async () => {
    const { commands } = await shop.add({ via: [{ host: shop.one.name }] });
    await shop.works(shop.one, commands[0]!, '10.182.44.7/24');
    await until(via('10.182.44.7'), 'the route is announced');
    // A controller that takes its time, longer than a state needs to a host.
    keeper.agent.answer = async (call) => {
      if (call.op.op === 'controller' && call.op.ask.do === 'put-network')
        await pause(150, new AbortController().signal);
      return keeper.controller.answer(call);
    };
    const { states } = shop.one.agent;
    const left: number[] = [];
    states.push = (...more) => {
      left.push(shop.announced().length);
      return Array.prototype.push.apply(states, more);
    };
    const removed = await shop.remove();
    await received(shop.one, removed.commands[0]!);
    expect([left, await shop.targets()]).toEqual([[0], []]);
    keeper.agent.answer = (call) => keeper.controller.answer(call);
  });

  it('ends at once while its router is away, which hears of it later', async () => {
    const { commands } = await shop.add({ via: [{ host: shop.one.name }] });
    await shop.works(shop.one, commands[0]!, '10.182.44.7/24');
    await until(via('10.182.44.7'), 'the route is announced');
    await shop.one.close();
    const removed = await shop.remove();
    expect(shop.announced()).toEqual([]);
    expect(removed.commands).toMatchObject([{ state: 'queued' }]);
  });

  it('ends with a host that is forgotten, and the other one is named', async () => {
    const { commands } = await shop.add();
    await shop.works(shop.one, commands[0]!, '10.182.44.7/24');
    await until(via('10.182.44.7'), 'the route is announced');
    await shop.one.remove();
    await eventually(() => shop.announced().length === 0, { within: 20_000, what: 'the route is taken back' });
    const name = `${shop.two.name}/${shop.network.name}-router`;
    expect(await shop.get()).toMatchObject({
      state: 'pending',
      router: null,
      cause: `its router was removed; ${name} stands by`,
    });
  }, 40_000);

  it('is not made while the controller is away, and says why', async () => {
    const { commands } = await shop.add({ via: [{ host: shop.one.name }] });
    keeper.controller.trouble = { result: 'trouble', code: 'controller-unreachable', cause: 'it is off', fix: 'On.' };
    await shop.works(shop.one, commands[0]!, '10.182.44.7/24');
    await isPending('it is off');
    keeper.controller.trouble = undefined;
    await eventually(() => shop.announced().length > 0, { within: 20_000, what: 'the route is announced' });
  }, 40_000);
});
