import { describe, expect, it } from '@jest/globals';
import { NEW_NETWORK } from '@orrery/shared/contracts';
import { newId } from '@orrery/shared/runtime';
import {
  planAnnouncements,
  withAnnouncements,
  type Announcement,
  type WantedRoute,
  type RouterOfRoute,
} from './plan-announcements.js';

const [route, one, two] = [newId('rte'), newId('nod'), newId('nod')];
const [TARGET, HALVES] = ['192.168.10.0/24', ['192.168.10.0/25', '192.168.10.128/25']];
const first: RouterOfRoute = { node: one, address: '10.1.1.7', isReady: true };
const second: RouterOfRoute = { node: two, address: '10.1.1.8', isReady: true };
const wanted = (more: Partial<WantedRoute> = {}): WantedRoute => ({
  ...{ id: route, target: TARGET, node: one, routers: [first, second] },
  ...more,
});
const whole: Announcement = { route, node: one, via: '10.1.1.7', targets: [TARGET] };
const halves: Announcement = { route, node: two, via: '10.1.1.8', targets: HALVES };
const plan = (what: WantedRoute, applied: Announcement[] = [], isSettling = false) =>
  planAnnouncements([what], applied, { isSettling, others: 2 });
const planned = (what: WantedRoute, ...applied: Announcement[]) => plan(what, applied).announcements;
/** Every step until nothing more changes. */
const steps = (what: WantedRoute, from: Announcement[]): Announcement[][] => {
  const { announcements, isSwitching } = plan(what, from);
  return isSwitching ? [announcements, ...steps(what, announcements)] : [announcements];
};

describe('a route', () => {
  it('is announced by its router once that has an address and forwards', () => {
    expect(plan(wanted())).toEqual({ announcements: [whole], isSwitching: false });
    expect(planned(wanted({ routers: [{ ...first, address: null }] }))).toEqual([]);
    expect(planned(wanted({ routers: [{ ...first, isReady: false }] }))).toEqual([]);
  });

  it('stays as it is while nothing changes, also while its router is at work or out of sight', () => {
    expect(planned(wanted(), whole)).toEqual([whole]);
    expect(planned(wanted({ routers: [{ ...first, isReady: false }] }), whole)).toEqual([whole]);
    expect(planned(wanted({ routers: [{ ...first, address: null }] }), whole)).toEqual([whole]);
  });

  it('takes its other form with another router, first besides the one that it has, and the first one with the next', () => {
    expect(steps(wanted({ node: two }), [whole])).toEqual([[whole, halves], [halves]]);
    expect(steps(wanted({ node: two }), [halves])).toEqual([[halves]]);
    expect(steps(wanted(), [halves])).toEqual([[halves, whole], [whole]]);
  });

  it('has both forms for as long as nodes need to take the new one', () => {
    expect(plan(wanted({ node: two }), [whole, halves], true)).toEqual({
      ...{ announcements: [whole, halves], isSwitching: true },
    });
    expect(plan(wanted({ node: two }), [whole, halves])).toEqual({ announcements: [halves], isSwitching: false });
  });

  it('can be switched back before it has switched, and on to a third router', () => {
    expect(plan(wanted(), [whole, halves], true).announcements).toEqual([halves, whole]);
    expect(plan(wanted(), [whole, halves]).announcements).toEqual([whole]);
    const third: RouterOfRoute = { node: newId('nod'), address: '10.1.1.9', isReady: true };
    const next = { route, node: third.node, via: '10.1.1.9', targets: [TARGET] };
    const on = wanted({ node: third.node, routers: [first, second, third] });
    expect(steps(on, [whole, halves])).toEqual([[halves], [halves, next], [next]]);
  });

  it('takes its other form as well when its router has another address', () => {
    const moved = wanted({ routers: [{ ...first, address: '10.1.1.9' }] });
    expect(steps(moved, [whole]).at(-1)).toEqual([{ ...whole, via: '10.1.1.9', targets: HALVES }]);
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
    expect(steps(moved, [single])).toEqual([[], [{ ...single, via: '10.1.1.9' }]]);
    expect(plan(moved, [], true)).toEqual({ announcements: [], isSwitching: true });
    expect(steps(wanted({ target }), [])).toEqual([[single]]);
  });

  it('changes at once where there is no room for both forms', () => {
    const switched = (others: number) =>
      planAnnouncements([wanted({ node: two })], [whole], { isSettling: false, others }).announcements;
    expect(switched(29)).toEqual([whole, halves]);
    expect(switched(30)).toEqual([halves]);
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
