import { describe, expect, it } from '@jest/globals';
import { NEW_NETWORK } from '@orrery/shared/contracts';
import { newId } from '@orrery/shared/runtime';
import {
  planAnnouncements,
  withAnnouncements,
  type Announcement,
  type WantedRoute,
  type WantedRouter,
} from './plan-announcements.js';

const [route, one, two] = [newId('rte'), newId('nod'), newId('nod')];
const [TARGET, HALVES] = ['192.168.10.0/24', ['192.168.10.0/25', '192.168.10.128/25']];
const first: WantedRouter = { node: one, address: '10.1.1.7', isReady: true };
const second: WantedRouter = { node: two, address: '10.1.1.8', isReady: true };
const wanted = (more: Partial<WantedRoute> = {}): WantedRoute => ({
  ...{ id: route, target: TARGET, node: one, routers: [first, second] },
  ...more,
});
const whole: Announcement = { route, node: one, via: '10.1.1.7', targets: [TARGET] };
const halves: Announcement = { route, node: two, via: '10.1.1.8', targets: HALVES };
const planned = (what: WantedRoute, ...applied: Announcement[]) => planAnnouncements([what], applied).announcements;

describe('a route', () => {
  it('is announced by its router once that has an address and forwards', () => {
    expect(planned(wanted())).toEqual([whole]);
    expect(planned(wanted({ routers: [{ ...first, address: null }] }))).toEqual([]);
    expect(planned(wanted({ routers: [{ ...first, isReady: false }] }))).toEqual([]);
  });

  it('stays as it is while nothing changes, also while its router is at work or out of sight', () => {
    expect(planned(wanted(), whole)).toEqual([whole]);
    expect(planned(wanted({ routers: [{ ...first, isReady: false }] }), whole)).toEqual([whole]);
    expect(planned(wanted({ routers: [{ ...first, address: null }] }), whole)).toEqual([whole]);
  });

  it('takes its other form with another router, and the first one with the next', () => {
    expect(planned(wanted({ node: two }), whole)).toEqual([halves]);
    expect(planned(wanted({ node: two }), halves)).toEqual([halves]);
    expect(planned(wanted(), halves)).toEqual([whole]);
  });

  it('takes its other form as well when its router has another address', () => {
    const moved = wanted({ routers: [{ ...first, address: '10.1.1.9' }] });
    expect(planned(moved, whole)).toEqual([{ ...whole, via: '10.1.1.9', targets: HALVES }]);
  });

  it('stays with its router until the next one is there and forwards', () => {
    for (const lacking of [{ address: null }, { isReady: false }])
      expect(planned(wanted({ node: two, routers: [first, { ...second, ...lacking }] }), whole)).toEqual([whole]);
  });

  it('ends with the router that carried it, and with the route itself', () => {
    expect(planned(wanted({ node: two, routers: [{ ...second, address: null }] }), whole)).toEqual([]);
    expect(planned(wanted({ node: null, routers: [second] }), whole)).toEqual([]);
    expect(planAnnouncements([], [whole]).announcements).toEqual([]);
  });

  it('to a single address is taken away first, because it has no halves', () => {
    const target = '192.168.10.20/32';
    const single = { ...whole, targets: [target] };
    const moved = wanted({ target, routers: [{ ...first, address: '10.1.1.9' }] });
    expect(planAnnouncements([moved], [single])).toEqual({
      announcements: [],
      then: [{ ...single, via: '10.1.1.9' }],
    });
    expect(planAnnouncements([wanted({ target })], [])).toEqual({ announcements: [single] });
  });
});

describe('the config that a controller gets', () => {
  it('has the routes of people first, and is theirs when no router announces anything', () => {
    const own = { target: '10.1.1.0/24', via: null };
    const config = { ...NEW_NETWORK, routes: [own] };
    expect(withAnnouncements(config, [])).toBe(config);
    expect(withAnnouncements(config, [halves]).routes).toEqual([
      own,
      { target: HALVES[0], via: '10.1.1.8' },
      { target: HALVES[1], via: '10.1.1.8' },
    ]);
  });
});
