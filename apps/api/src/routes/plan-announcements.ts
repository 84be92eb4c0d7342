import type { NetworkConfig, NodeId, RouteId } from '@orrery/shared/contracts';
import { isDeepStrictEqual } from 'node:util';
import { halvesOf, isSingle } from './judge-target.js';

/** A route as people want it, with what its routers show. */
export interface WantedRoute {
  id: RouteId;
  target: string;
  /** The router that is to carry it; null: that was removed. */
  node: NodeId | null;
  routers: readonly WantedRouter[];
}

export interface WantedRouter {
  node: NodeId;
  /** Its address in the network, as its kernel shows it; null: none yet. */
  address: string | null;
  /** It forwards everything that it should. */
  isReady: boolean;
}

/** What a controller was told to announce for a route. */
export interface Announcement {
  route: RouteId;
  node: NodeId;
  via: string;
  /** The target, or its halves. */
  targets: string[];
}

export interface AnnouncementPlan {
  announcements: Announcement[];
  /** Once the controller has these: what it is to announce then. */
  then?: Announcement[];
}

/**
 * Plans what a controller is to announce, from what it was last told. zerotier-one keeps the first gateway of a target
 * for as long as the target stays (docs/zerotier-facts.md#a-node-as-router). So with another gateway a route takes its
 * other form, the whole prefix or its halves, of which the new one wins at once. A single address has no halves: it is
 * taken away first.
 */
export function planAnnouncements(routes: readonly WantedRoute[], applied: readonly Announcement[]): AnnouncementPlan {
  const planned = routes.map((route) =>
    plan(
      route,
      applied.find((one) => one.route === route.id),
    ),
  );
  const announcements = planned.flatMap(({ now }) => now ?? []);
  const then = planned.flatMap(({ now, later }) => later ?? now ?? []);
  return isDeepStrictEqual(then, announcements) ? { announcements } : { announcements, then };
}

function plan(
  { id, target, node, routers }: WantedRoute,
  last: Announcement | undefined,
): { now?: Announcement; later?: Announcement } {
  const router = node === null ? undefined : routers.find((one) => one.node === node);
  const via = router && viaOf(router, last);
  if (router && via !== undefined) {
    if (last?.via === via) return { now: { ...last, node: router.node } };
    const next = { route: id, node: router.node, via, targets: otherForm(target, last) };
    return last && isSingle(target) ? { later: next } : { now: next };
  }
  // A router that is not there yet, or does not show its address at the moment, ends nothing that works.
  const stays = last !== undefined && node !== null && routers.some((one) => one.node === last.node);
  return stays ? { now: last } : {};
}

/** Its address, once it forwards; whoever carries the route already may be at work on something else. */
function viaOf({ node, address, isReady }: WantedRouter, last: Announcement | undefined): string | undefined {
  return address !== null && (isReady || last?.node === node) ? address : undefined;
}

function otherForm(target: string, last: Announcement | undefined): string[] {
  const isWhole = last?.targets.includes(target);
  return isWhole && !isSingle(target) ? halvesOf(target) : [target];
}

/** The config as the controller gets it: with the routes of people, and those of routers. */
export function withAnnouncements(config: NetworkConfig, announcements: readonly Announcement[]): NetworkConfig {
  if (announcements.length === 0) return config;
  const added = announcements.flatMap(({ targets, via }) => targets.map((target) => ({ target, via })));
  return { ...config, routes: [...config.routes, ...added] };
}
