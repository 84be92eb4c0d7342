import { describe, expect, it } from '@jest/globals';
import type { NodeId, Outcome } from '@orrery/shared/contracts';
import { decideServing, watchingOf, type ServedRoute, type ServingRouter } from './decide-serving.js';

const done: Outcome = { kind: 'done' };
const failed: Outcome = { kind: 'failed', code: 'container-died', cause: 'its container died', fix: 'Look at it.' };
const waiting = (code: 'interface' | 'paused'): Outcome => ({
  kind: 'waiting',
  code,
  cause: `it waits: ${code}`,
  fix: '',
});
const nodeOf = (number: number) => `nod_${number}` as NodeId;
const addressOf = (number: number) => `10.182.44.${number}`;
const CHECK = { address: '192.168.10.20', port: 80 };

/** Works; stands by for the first one. */
const router = (number: number, more: Partial<ServingRouter> = {}): ServingRouter => ({
  ...{ node: nodeOf(number), name: `onprem-${number}/shop-router`, host: `onprem-${number}` },
  ...{ address: addressOf(number), outcome: done, down: null, isPresent: true, isOnline: true },
  ...{ watches: number === 1 ? null : addressOf(1), peerAnswers: number === 1 ? null : true, lanAnswers: true },
  peerNeverAnswered: false,
  ...more,
});
const route = (routers: ServingRouter[], more: Partial<ServedRoute> = {}): ServedRoute => ({
  ...{ id: 'rte_1', target: '192.168.10.0/24', node: nodeOf(1), check: CHECK, isAnnounced: true },
  failedOverAgoMs: null,
  ...{ routers, ...more },
});
const silent = { peerAnswers: false };
const never = { ...silent, peerNeverAnswered: true };
const dead = { down: 'its container does not run' };

describe('a route stays with its router', () => {
  it.each<[string, ServedRoute]>([
    ['while everything works', route([router(1), router(2)])],
    ['when it has no other', route([router(1)])],
    ['when the other one is down', route([router(1), router(2, dead)])],
    ['when the one before it works again', route([router(1), router(2, { watches: null })], { node: nodeOf(2) })],
    ['while its outcome is not known', route([router(1, { outcome: null }), router(2)])],
    ['when its host is paused', route([router(1, { outcome: waiting('paused') }), router(2)])],
    ['when its host is silent, and yet it answers', route([router(1, { isPresent: false }), router(2)])],
    ['when the standby that hears nothing is offline', route([router(1), router(2, { ...silent, isOnline: false })])],
    ['when the host of that standby is away', route([router(1), router(2, { ...silent, isPresent: false })])],
    ['when that standby watched another address', route([router(1), router(2, { ...silent, watches: addressOf(9) })])],
    ['when that standby has not heard yet', route([router(1), router(2, { peerAnswers: null })])],
    ['when that standby never heard it, and its host is online', route([router(1), router(2, never)])],
    ['when it shows no address to be watched', route([router(1, { address: null }), router(2, silent)])],
    [
      'when its LAN is silent, and it has no check',
      route([router(1, { lanAnswers: false }), router(2)], { check: null }),
    ],
    ['when it is not known whether its LAN answers', route([router(1, { lanAnswers: null }), router(2)])],
    [
      'while it is on its way',
      route([router(1, { outcome: waiting('interface') }), router(2)], { isAnnounced: false }),
    ],
  ])('%s', (_when, given) => expect(decideServing(given)).toEqual({ do: 'stay' }));
});

describe('a route switches to the standby', () => {
  it.each<[string, ServedRoute, string]>([
    ['when its router was removed', route([router(2)], { node: null }), 'its router was removed'],
    [
      'when its router failed',
      route([router(1, { outcome: failed }), router(2)]),
      'onprem-1/shop-router: its container died',
    ],
    [
      'when its router failed before it was announced',
      route([router(1, { outcome: failed }), router(2)], { isAnnounced: false }),
      'onprem-1/shop-router: its container died',
    ],
    [
      'when its router is no longer done',
      route([router(1, { outcome: waiting('interface') }), router(2)]),
      'onprem-1/shop-router: it waits: interface',
    ],
    [
      'when its container is down',
      route([router(1, dead), router(2)]),
      'onprem-1/shop-router: its container does not run',
    ],
    [
      'when the check does not answer its router',
      route([router(1, { lanAnswers: false }), router(2)]),
      'onprem-1/shop-router gets no answer from 192.168.10.20:80 in the LAN',
    ],
    [
      'when the standby hears nothing from its router',
      route([router(1), router(2, silent)]),
      'onprem-2/shop-router gets no answer from onprem-1/shop-router at 10.182.44.1 (onprem-1 is online)',
    ],
    [
      'when its host is away as well',
      route([router(1, { isPresent: false }), router(2, silent)]),
      'onprem-2/shop-router gets no answer from onprem-1/shop-router at 10.182.44.1 (onprem-1 is not online)',
    ],
    [
      'when its host is away as well, and the standby never heard it',
      route([router(1, { isPresent: false }), router(2, never)]),
      'onprem-2/shop-router gets no answer from onprem-1/shop-router at 10.182.44.1 (onprem-1 is not online)',
    ],
    [
      'when the check of the standby is not known yet',
      route([router(1, dead), router(2, { lanAnswers: null })]),
      'onprem-1/shop-router: its container does not run',
    ],
  ])('%s', (_when, given, cause) =>
    expect(decideServing(given)).toEqual({ do: 'switch', to: given.routers.at(-1), cause }),
  );

  it('that comes first in the order of preference and is fit', () => {
    const to = (...routers: ServingRouter[]) => {
      const decided = decideServing(route([router(1, dead), ...routers]));
      return decided.do === 'switch' ? decided.to.name : decided.do;
    };
    expect(to(router(2), router(3))).toBe('onprem-2/shop-router');
    expect(to(router(3), router(2))).toBe('onprem-3/shop-router');
    expect(to(router(2, dead), router(3))).toBe('onprem-3/shop-router');
  });
});

describe('a route that has just failed over', () => {
  const at = (seconds: number, ...routers: ServingRouter[]) =>
    decideServing(route(routers, { failedOverAgoMs: seconds * 1_000 }));

  it.each<[string, ServingRouter[], number]>([
    ['ten seconds when its router says itself that it is down', [router(1, dead), router(2)], 10],
    ['ten seconds when its LAN does not answer', [router(1, { lanAnswers: false }), router(2)], 10],
    ['ten seconds when its host is away as well', [router(1, { isPresent: false }), router(2, silent)], 10],
    ['a minute when only a standby says so', [router(1), router(2, silent)], 60],
  ])('does so again after %s', (_when, routers, seconds) => {
    expect(at(seconds - 0.1, ...routers)).toMatchObject({
      do: 'wait',
      others: `onprem-2/shop-router cannot take over: the route switched less than ${seconds} s ago`,
    });
    expect(at(seconds, ...routers).do).toBe('switch');
  });

  it('does so at once when its router is removed', () =>
    expect(decideServing(route([router(2)], { node: null, failedOverAgoMs: 0 })).do).toBe('switch'));

  it('does not go back and forth between two routers that reach everybody but each other', () => {
    let [serving, switches, failedOverAgoMs] = [1, 0, null as number | null];
    for (let second = 0; second < 3_600; second++) {
      const pair = [1, 2].map((number) =>
        router(
          number,
          number === serving
            ? { watches: null }
            : { watches: addressOf(serving), ...(switches === 0 ? silent : never) },
        ),
      );
      const decided = decideServing(route(pair, { node: nodeOf(serving), failedOverAgoMs }));
      failedOverAgoMs = failedOverAgoMs === null ? null : failedOverAgoMs + 1_000;
      if (decided.do === 'switch') [serving, switches, failedOverAgoMs] = [3 - serving, switches + 1, 0];
    }
    expect([serving, switches]).toEqual([2, 1]);
  });

  it('switches no more than twice in 70 s for a host that takes it by its word and gives it away', () => {
    let [serving, switches, failedOverAgoMs] = [1, 0, null as number | null];
    for (let second = 0; second < 3_600; second++) {
      const lies = serving === 2 ? dead : { ...silent, watches: addressOf(1) };
      const pair = [router(1, { watches: addressOf(2) }), router(2, lies)];
      const decided = decideServing(route(pair, { node: nodeOf(serving), failedOverAgoMs }));
      failedOverAgoMs = failedOverAgoMs === null ? null : failedOverAgoMs + 1_000;
      if (decided.do === 'switch') [serving, switches, failedOverAgoMs] = [3 - serving, switches + 1, 0];
    }
    expect(switches).toBeLessThanOrEqual(2 * Math.ceil(3_600 / 70));
  });
});

describe('a route whose router is down waits', () => {
  const down = 'onprem-1/shop-router: its container does not run';
  it.each<[string, Partial<ServingRouter>, string]>([
    ['the host of the standby is away', { isPresent: false }, 'onprem-2 is not online'],
    ['the standby is down', dead, 'its container does not run'],
    ['the standby has not reported', { outcome: null }, 'onprem-2 has not reported yet that it forwards'],
    ['the standby failed', { outcome: failed }, 'its container died'],
    ['the standby is paused', { outcome: waiting('paused') }, 'it waits: paused'],
    ['the standby has no address', { address: null }, 'it has no address in the network'],
    [
      'the check does not answer the standby',
      { lanAnswers: false },
      'onprem-2/shop-router gets no answer from 192.168.10.20:80 in the LAN',
    ],
  ])('when %s', (_when, standby, why) =>
    expect(decideServing(route([router(1, dead), router(2, standby)]))).toEqual({
      ...{ do: 'wait', down },
      others: `onprem-2/shop-router cannot take over: ${why}`,
    }),
  );

  it('when nobody stands by', () =>
    expect(decideServing(route([router(1, dead)]))).toEqual({ do: 'wait', down, others: 'nobody stands by' }));

  it('when a check that it does not have fails for the standby, it switches', () =>
    expect(decideServing(route([router(1, dead), router(2, { lanAnswers: false })], { check: null })).do).toBe(
      'switch',
    ));
});

describe('routers watch', () => {
  const watching = (...routes: ServedRoute[]) => Object.fromEntries(watchingOf(routes));

  it('the one that carries the route, and all of them the check', () => {
    expect(watching(route([router(1), router(2), router(3)], { node: nodeOf(2) }))).toEqual({
      nod_1: { watch: { address: addressOf(2) }, check: CHECK },
      nod_2: { check: CHECK },
      nod_3: { watch: { address: addressOf(2) }, check: CHECK },
    });
  });

  it('nobody when nobody has an address, and what they watched while it is gone', () => {
    const gone = router(1, { address: null });
    expect(watching(route([gone, router(2, { watches: null })], { check: null }))).toEqual({ nod_1: {}, nod_2: {} });
    expect(watching(route([gone, router(2)], { check: null }))['nod_2']).toEqual({ watch: { address: addressOf(1) } });
  });

  it('for the first of several routes by which they stand by', () => {
    const first = route([router(1), router(2)], { check: null });
    const second = route([router(3), router(2), router(1)], { node: nodeOf(3) });
    expect(watching(first, second)).toEqual({
      nod_1: { watch: { address: addressOf(3) }, check: CHECK },
      nod_2: { watch: { address: addressOf(1) }, check: CHECK },
      nod_3: { check: CHECK },
    });
  });
});
