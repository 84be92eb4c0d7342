import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Explanation, KeptRoute, type RouterItem, Status } from '@orrery/shared/contracts';
import { isDeepStrictEqual } from 'node:util';
import { apiFixture } from '../../../../test/support/api-fixture.js';
import { ControllerHost } from '../../../../test/support/controller-host.js';
import {
  hears,
  LAN,
  LAN_PATH,
  received,
  RoutedNetwork,
  routerIn,
  runs,
  settles,
} from '../../../../test/support/routed-network.js';
import { eventually } from '../../../../test/support/servers.js';
import { RouteKeeper } from './route-keeper.service.js';

const { api, closing } = apiFixture();
let keeper: ControllerHost;
let shop: RoutedNetwork;
let count = 0;
const CHECK = { address: '192.168.10.20', port: 80 };
const [FIRST, SECOND] = ['10.182.44.7', '10.182.44.8'];

beforeAll(async () => {
  keeper = closing(await ControllerHost.join(api, 'keeper'));
}, 60_000);

beforeEach(async () => {
  shop = closing(await RoutedNetwork.make(api, keeper, ++count));
}, 30_000);

const via = (address: string) => [{ target: LAN, via: address }];
const halves = (address: string) => [
  { target: '192.168.10.0/25', via: address },
  { target: '192.168.10.128/25', via: address },
];
const until = (routes: object[], what: string, within?: number) =>
  eventually(() => isDeepStrictEqual(shop.announced(), routes), { what, ...(within !== undefined && { within }) });
const nameOf = (host: { name: string }) => `${host.name}/${shop.routerName}`;

interface Switched {
  from: string | null;
  router: string;
  cause: string;
  by: string;
}
const switches = async (): Promise<Switched[]> => {
  const rows = await api.database.query<{ data: Switched }[]>(
    `SELECT data FROM events WHERE type = 'route.switched' AND network_id = $1 ORDER BY id`,
    [shop.network.id],
  );
  return rows.map(({ data: { from, router, cause, by } }) => ({ from, router, cause, by }));
};

/** Both hosts beat, both routers work, the first one serves, and the second one watches it. */
async function served(more: object = {}): Promise<[RouterItem, RouterItem]> {
  await Promise.all([shop.one.beats(), shop.two.beats()]);
  const { commands } = await shop.add(more);
  const one = await shop.works(shop.one, commands[0]!, `${FIRST}/24`);
  await shop.works(shop.two, commands[1]!, `${SECOND}/24`);
  await until(via(FIRST), 'the route is announced');
  const two = await shop.watches(shop.two, FIRST);
  await hears(shop.two, two, { peerAnswers: true, lanAnswers: true });
  await hears(shop.one, one, { lanAnswers: true });
  return [one, two];
}

/** Everything that was said has been looked at, by this replica. */
const looked = () => api.app.get(RouteKeeper, { strict: false }).keep(shop.network.id);
const stays = async () => {
  await looked();
  expect((await shop.get()).router).toBe(nameOf(shop.one));
  expect(await switches()).toEqual([]);
};

describe('failover of a route', () => {
  it('switches when a standby that is online hears nothing from its router, and never back by itself', async () => {
    const [, two] = await served();
    const before = await shop.get();
    expect(before.via.map((one) => one.hears)).toEqual([null, true]);
    await runs(shop.two, two, 'running', false);
    await hears(shop.two, two, { peerAnswers: false });
    await stays();
    await runs(shop.two, two);
    const isTold = () => shop.announced().some(({ via: gateway }) => gateway === SECOND);
    await eventually(isTold, { within: 3000, what: 'the controller is told at once' });
    await until(halves(SECOND), 'only the halves are left');
    const after = await shop.get();
    expect(after).toMatchObject({
      router: nameOf(shop.two),
      state: 'announced',
      findings: [],
      version: before.version + 1,
    });
    expect(Date.parse(after.since ?? '')).toBeGreaterThan(Date.parse(before.since ?? ''));
    const cause = `${nameOf(shop.two)} gets no answer from ${nameOf(shop.one)} at ${FIRST} (${shop.one.name} is online)`;
    await eventually(async () => (await switches()).length > 0, { what: 'the event' });
    expect(await switches()).toEqual([{ from: nameOf(shop.one), router: nameOf(shop.two), cause, by: 'failover' }]);
    // The one before stands by from now on, and works; its standby has told of it before.
    expect(await shop.watches(shop.one, SECOND)).toMatchObject({ prefixes: [LAN] });
    await shop.watches(shop.two, undefined);
    await hears(shop.one, two, { peerAnswers: true });
    await looked();
    expect((await shop.get()).router).toBe(nameOf(shop.two));
    expect(await switches()).toHaveLength(1);
  }, 40_000);

  it.each<[string, (one: RouterItem) => Promise<void>, string]>([
    ['its container died', (one) => runs(shop.one, one, 'exited'), 'its container does not run'],
    [
      'its container was removed',
      ({ id: item, node }) =>
        shop.one.say({ type: 'container.removed', data: { node, name: 'router', item, after: null } }),
      'its container is not there',
    ],
    [
      'its agent gives it up',
      (one) =>
        settles(shop.one, one, { kind: 'failed', code: 'policy-denied', cause: 'its policy denies it', fix: 'Ask.' }),
      'its policy denies it',
    ],
    [
      'the check does not answer it',
      (one) => hears(shop.one, one, { lanAnswers: false }),
      '192.168.10.20:80 in the LAN',
    ],
  ])(
    'switches when %s',
    async (_what, happens, cause) => {
      const [one] = await served({ check: CHECK });
      await stays();
      await happens(one);
      await until(halves(SECOND), 'only the halves are left');
      await eventually(async () => (await switches()).length > 0, { what: 'the event' });
      expect(await switches()).toMatchObject([{ router: nameOf(shop.two), by: 'failover' }]);
      expect((await switches())[0]?.cause).toContain(cause);
    },
    40_000,
  );

  it('does not happen again at once, which is a finding, and does when its pause is over', async () => {
    const [one, two] = await served();
    await runs(shop.one, one, 'exited');
    await until(halves(SECOND), 'only the halves are left');
    const back = await shop.watches(shop.one, SECOND);
    await runs(shop.one, back);
    await hears(shop.one, back, { peerAnswers: true });
    await runs(shop.two, two, 'exited');
    await looked();
    const { router, findings } = await shop.get();
    expect([router, findings.map(({ code }) => code)]).toEqual([nameOf(shop.two), ['route-without-standby']]);
    expect(findings[0]?.cause).toContain(`${nameOf(shop.one)} cannot take over: the route switched less than 10 s ago`);
    await api.database.query(
      `UPDATE routes SET failed_over_at = failed_over_at - interval '10 s' WHERE network_id = $1`,
      [shop.network.id],
    );
    await until(via(FIRST), 'the route is switched without anything new', 20_000);
    expect((await switches()).map(({ by }) => by)).toEqual(['failover', 'failover']);
  }, 60_000);

  it('does not happen on the word of a standby that never heard the router, unless its host is away', async () => {
    const [, two] = await served();
    await hears(shop.two, two, { peerAnswers: false, peerNeverAnswered: true });
    await stays();
    expect((await shop.get()).via.map((one) => one.hears)).toEqual([null, false]);
    await api.database.query(`UPDATE host_status SET presence = 'unreachable' WHERE host_id = $1`, [shop.one.id]);
    await looked();
    expect((await shop.get()).router).toBe(nameOf(shop.two));
  }, 40_000);

  it('switches when its host is forgotten', async () => {
    await served();
    await shop.one.remove();
    await until(halves(SECOND), 'only the halves are left');
    expect(await switches()).toMatchObject([{ from: null, router: nameOf(shop.two), cause: 'its router was removed' }]);
  }, 40_000);

  it('happens once, whichever replica is first', async () => {
    const [one] = await served();
    const keep = () => api.app.get(RouteKeeper, { strict: false }).keep(shop.network.id);
    await Promise.all([runs(shop.one, one, 'exited'), ...Array.from({ length: 4 }, keep)]);
    await Promise.all(Array.from({ length: 4 }, keep));
    await until(halves(SECOND), 'only the halves are left');
    await eventually(async () => (await switches()).length > 0, { what: 'the event' });
    expect(await switches()).toHaveLength(1);
  }, 40_000);

  it('does not happen when nobody is fit, which is a finding and in the status until it is over', async () => {
    const [one, two] = await served({ check: CHECK });
    const attention = async () =>
      (await api.get('/v1/status', Status)).body.attention.filter(({ code }) => code === 'route-without-standby');
    expect([(await shop.get()).findings, await attention()]).toEqual([[], []]);
    await hears(shop.two, two, { peerAnswers: true, lanAnswers: false });
    await hears(shop.one, one, { lanAnswers: false });
    await stays();
    const [finding] = (await shop.get()).findings;
    expect(finding).toMatchObject({ code: 'route-without-standby', severity: 'error' });
    expect(finding?.cause).toContain(`${nameOf(shop.one)} gets no answer from 192.168.10.20:80 in the LAN`);
    expect(finding?.cause).toContain(`${nameOf(shop.two)} cannot take over`);
    expect(await attention()).toMatchObject([
      { severity: 'error', what: `route ${LAN} into ${shop.network.name} has no router that works` },
    ]);
    const explained = async () => {
      const { body } = await api.get(`/v1/explanations?about=${shop.network.name}`, Explanation);
      return [body.standing, body.headline];
    };
    expect(await explained()).toEqual([
      'trouble',
      `${shop.network.name} is not as wanted: route ${LAN}: ${finding?.cause}`,
    ]);
    await hears(shop.one, one, { lanAnswers: true });
    expect([(await shop.get()).findings, await attention()]).toEqual([[], []]);
    expect((await explained())[1]).not.toContain('route');
    await stays();
  }, 40_000);

  it('does not happen while the controller is away, and the finding says so', async () => {
    const [one] = await served();
    const away = { result: 'trouble', code: 'controller-unreachable', cause: 'it is off', fix: 'On.' } as const;
    keeper.controller.trouble = away;
    const isAway = async (state: string) => {
      const rows = await api.database.query<object[]>('SELECT FROM controller_status WHERE state = $1', [state]);
      return rows.length > 0;
    };
    try {
      await eventually(() => isAway('away'), { within: 20_000, what: 'the controller is away' });
      await runs(shop.one, one, 'exited');
      await stays();
      expect((await shop.get()).findings[0]?.cause).toContain(`nobody switches to ${nameOf(shop.two)}`);
    } finally {
      keeper.controller.trouble = undefined;
    }
    await until(halves(SECOND), 'the route is switched', 20_000);
  }, 60_000);
});

describe('what routers watch', () => {
  it('changes at a switch by hand, without a command, and ends no command under way', async () => {
    const { commands } = await shop.add({ check: CHECK });
    const [first, second] = [
      routerIn(await received(shop.one, commands[0]!)),
      routerIn(await received(shop.two, commands[1]!)),
    ];
    expect([first, second]).toMatchObject([{ check: CHECK }, { check: CHECK }]);
    expect([first.watch, second.watch]).toEqual([undefined, undefined]);
    await shop.works(shop.one, commands[0]!, `${FIRST}/24`);
    await until(via(FIRST), 'the route is announced');
    const watching = await shop.watches(shop.two, FIRST);
    expect(watching).toMatchObject({ id: second.id, check: CHECK });
    expect(watching.revision).toBeGreaterThan(second.revision);
    const [waits] = await api.database.query<{ state: string; revision: string }[]>(
      `SELECT c.state, i.revision FROM commands c JOIN command_items i ON i.command_id = c.id WHERE c.id = $1 AND i.item_id = $2`,
      [commands[1]!.id, second.id],
    );
    expect(waits).toMatchObject({ state: 'delivered', revision: String(watching.revision) });
    await shop.works(shop.two, commands[1]!, `${SECOND}/24`);
    const body = { router: shop.two.name };
    await api.ask('PATCH', shop.at(LAN_PATH), KeptRoute, { body });
    expect(await shop.watches(shop.one, SECOND)).toMatchObject({ check: CHECK });
    expect(await shop.watches(shop.two, undefined)).toMatchObject({ check: CHECK });
    expect(await api.database.query('SELECT FROM commands WHERE network_ids @> $1', [[shop.network.id]])).toHaveLength(
      2,
    );
  }, 40_000);
});

describe('a check', () => {
  it('is refused outside of the prefix, for a router that has one, and when it differs; within it, it is shown', async () => {
    const outside = await shop.refused('check-refused', { check: { address: '192.168.11.20' } });
    expect(outside.detail).toContain(`192.168.11.20 is not within ${LAN}`);
    await shop.refused('bad-request', { check: { address: 'printer' } });
    await shop.refused('bad-request', { check: { address: '192.168.10.20', port: 0 } });
    expect((await shop.add({ check: CHECK })).route.check).toEqual(CHECK);
    expect((await shop.refused('check-refused', {})).detail).toContain('checks 192.168.10.20:80 already');
    expect((await shop.add({ check: CHECK })).route.check).toEqual(CHECK);
    const other = { target: '192.168.11.0/24', via: [{ host: shop.one.name }] };
    const second = await shop.refused('check-refused', { ...other, check: { address: '192.168.11.20' } });
    expect(second.detail).toContain(`${shop.one.name} already checks 192.168.10.20:80 for ${LAN}`);
    const { route } = await shop.add(other);
    expect(route.check).toBeNull();
    const removed = await shop.remove();
    expect(routerIn(await received(shop.one, removed.commands[0]!))).toMatchObject({ prefixes: ['192.168.11.0/24'] });
    expect(routerIn(await received(shop.one, removed.commands[0]!)).check).toBeUndefined();
  });
});
