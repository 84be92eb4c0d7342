import { MAX_NETWORK_ROUTES, type NetworkConfig, type NodeId, type RouteId } from '@orrery/shared/contracts';
import { halvesOf, isSingle } from './judge-target.js';

/** A route as people want it, with what its routers show. */
export interface WantedRoute {
  id: RouteId;
  target: string;
  /** The router that is to carry it; null: that was removed. */
  node: NodeId | null;
  routers: readonly RouterOfRoute[];
}

export interface RouterOfRoute {
  node: NodeId;
  /** Its address in the network, as its kernel shows it; null: none yet. */
  address: string | null;
  /** It forwards everything that it should. */
  isReady: boolean;
}

/** What a controller was told to announce for a route. While it is switched, there are two: the older one first. */
export interface Announcement {
  route: RouteId;
  node: NodeId;
  via: string;
  /** The target, or its halves. */
  targets: string[];
}

export interface AnnouncementPlan {
  announcements: Announcement[];
  /** Another step follows, when nodes have had time to take this one. */
  isSwitching: boolean;
}

/** The network besides its routes by routers. */
interface Around {
  /** Nodes have not had time yet to take what was last announced. */
  isSettling: boolean;
  /** The number of routes that people gave it. */
  others: number;
}

/**
 * Plans what a controller is to announce, from what it was last told. zerotier-one keeps the first gateway of a target
 * for as long as the target stays, and of one change it does the removals first (docs/zerotier-facts.md#routes). So with
 * another gateway a route takes its other form, the whole prefix or its halves: first besides the one that it has, and
 * in a second step instead of it. A single address has no halves: it is taken away first.
 */
export function planAnnouncements(
  routes: readonly WantedRoute[],
  applied: readonly Announcement[],
  { isSettling, others }: Around = { isSettling: false, others: 0 },
): AnnouncementPlan {
  let room = MAX_NETWORK_ROUTES - others;
  const planned = routes.map((route) => {
    const last = applied.filter((one) => one.route === route.id);
    const step = stepOf(route, last, isSettling);
    room -= isSingle(route.target) ? 1 : 2;
    return { route, step };
  });
  const steps = planned.map(({ step }) => {
    const [old, ...more] = step.announcements;
    if (old === undefined || more.length === 0) return step;
    // Without room for both forms at once, nodes are without a way for the second or two that a removal takes them.
    room -= 1;
    return room < 0 ? { announcements: more, isSwitching: false } : step;
  });
  return {
    announcements: steps.flatMap(({ announcements }) => announcements),
    isSwitching: steps.some(({ isSwitching }) => isSwitching),
  };
}

function stepOf(route: WantedRoute, last: readonly Announcement[], isSettling: boolean): AnnouncementPlan {
  const { id, target, node, routers } = route;
  const newest = last.at(-1);
  const router = node === null ? undefined : routers.find((one) => one.node === node);
  const via = router && viaOf(router, last);
  if (router === undefined || via === undefined) {
    // A router that is not there yet, or does not show its address at the moment, ends nothing that works.
    const stays = newest !== undefined && node !== null && routers.some((one) => one.node === newest.node);
    return { announcements: stays ? [newest] : [], isSwitching: false };
  }
  const current = last.find((one) => one.via === via);
  if (current) {
    const older = isSettling ? last.filter((one) => one !== current) : [];
    return { announcements: [...older, { ...current, node: router.node }], isSwitching: older.length > 0 };
  }
  const next = { route: id, node: router.node, via, targets: otherForm(target, newest) };
  if (newest === undefined) {
    const waits = isSingle(target) && isSettling;
    return { announcements: waits ? [] : [next], isSwitching: waits };
  }
  if (isSingle(target)) return { announcements: [], isSwitching: true };
  // Both forms are in use already, so the older one goes first.
  return { announcements: last.length > 1 ? [newest] : [newest, next], isSwitching: true };
}

/** Its address, once it forwards; whoever carries the route already may be at work on something else. */
function viaOf({ node, address, isReady }: RouterOfRoute, last: readonly Announcement[]): string | undefined {
  return address !== null && (isReady || last.some((one) => one.node === node)) ? address : undefined;
}

function otherForm(target: string, last: Announcement | undefined): string[] {
  return last?.targets.includes(target) && !isSingle(target) ? halvesOf(target) : [target];
}

/** The config as the controller gets it: with the routes of people, and those of routers. */
export function withAnnouncements(config: NetworkConfig, announcements: readonly Announcement[]): NetworkConfig {
  if (announcements.length === 0) return config;
  const added = announcements.flatMap(({ targets, via }) => targets.map((target) => ({ target, via })));
  return { ...config, routes: [...config.routes, ...added] };
}
