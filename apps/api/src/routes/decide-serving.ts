import type { LanCheck, NodeId, Outcome } from '@orrery/shared/contracts';

/** A route with what is known about its routers, in order of preference. */
export interface ServedRoute {
  id: string;
  target: string;
  /** The router that is to carry it; null: that was removed. */
  node: NodeId | null;
  check: LanCheck | null;
  /** Its controller announces it by this router. */
  isAnnounced: boolean;
  /** Since its last switch that nobody asked for; null: there was none. */
  failedOverAgoMs: number | null;
  routers: readonly ServingRouter[];
}

/** A router as its own agent, and the API, know it. */
export interface ServingRouter {
  node: NodeId;
  /** HOST/CONTAINER. */
  name: string;
  host: string;
  /** Its address in the network, as its kernel shows it. */
  address: string | null;
  /** Of its item, whatever it watches; null: not reported yet. */
  outcome: Outcome | null;
  /** Why its container or daemon does not run; null: it runs, as far as known. */
  down: string | null;
  /** Its host is online. */
  isPresent: boolean;
  /** Its zerotier-one is in contact with a root. */
  isOnline: boolean;
  /** The address that it was told to ping. */
  watches: string | null;
  /** Null: not known, or it may still be about what it watched before. */
  peerAnswers: boolean | null;
  /** It has not answered since this one began to ask: the two may never have reached each other. */
  peerNeverAnswered: boolean;
  lanAnswers: boolean | null;
}

export type Serving =
  | { do: 'stay' }
  /** The router is down, and nobody can take over now. `others`: why not. */
  | { do: 'wait'; down: string; others: string }
  | { do: 'switch'; to: ServingRouter; cause: string };

/**
 * From one failover to the next: every switch leaves nodes without a way for a moment, so routers that fail in turns, or whose hosts say
 * so, do not cause more than these. Longer on the word of a standby against a host that is online and reports nothing.
 */
const PAUSE_MS = 10_000;
const DISPUTED_PAUSE_MS = 60_000;

/**
 * Decides whether a route stays with its router or switches to another one, and why. It stays while the router works:
 * nothing switches back by itself. The first of the others that is fit takes over.
 */
export function decideServing(route: ServedRoute): Serving {
  const serving = route.routers.find(({ node }) => node === route.node);
  const others = route.routers.filter((one) => one !== serving);
  const against = serving ? groundAgainst(serving, others, route) : { cause: 'its router was removed', pauseMs: 0 };
  if (against === undefined) return { do: 'stay' };
  const { cause, pauseMs } = against;
  const unfit = others.map((one) => ({ one, why: whyUnfit(one, route) }));
  const to = unfit.find(({ why }) => why === undefined)?.one;
  const { failedOverAgoMs } = route;
  if (to && (failedOverAgoMs === null || failedOverAgoMs >= pauseMs)) return { do: 'switch', to, cause };
  const reasons = unfit.map(({ one, why }) => `${one.name} cannot take over: ${why ?? tooSoon(pauseMs)}`);
  return { do: 'wait', down: cause, others: reasons.join('; ') || 'nobody stands by' };
}

const tooSoon = (pauseMs: number) => `the route switched less than ${pauseMs / 1000} s ago`;

interface Against {
  cause: string;
  /** How long after the last failover it counts. */
  pauseMs: number;
}

/** Why a route gives up its router: what its own agent says of it, or what somebody who stands by hears. */
function groundAgainst(
  router: ServingRouter,
  others: readonly ServingRouter[],
  route: ServedRoute,
): Against | undefined {
  const own = ownGround(router, route);
  if (own !== undefined) return { cause: own, pauseMs: PAUSE_MS };
  return route.isAnnounced ? heardGround(router, others) : undefined;
}

function ownGround(router: ServingRouter, { check, isAnnounced }: ServedRoute): string | undefined {
  const { name, outcome, down } = router;
  // One that has not carried the route yet is still on its way, unless it failed.
  if (outcome?.kind === 'failed') return `${name}: ${outcome.cause}`;
  if (!isAnnounced) return undefined;
  if (down !== null) return `${name}: ${down}`;
  // A paused agent changes nothing: what forwards goes on forwarding.
  if (outcome?.kind === 'waiting' && outcome.code !== 'paused') return `${name}: ${outcome.cause}`;
  return lanSilence(router, check);
}

/**
 * A standby that never heard a router whose host is online may be parted from it alone. If its word counted, two routers that do not reach
 * each other would take the route from each other for ever.
 */
function heardGround(
  { name, host, address, isPresent }: ServingRouter,
  others: readonly ServingRouter[],
): Against | undefined {
  if (address === null) return undefined;
  const witness = others.find((one) => hearsNothing(one, address) && !(one.peerNeverAnswered && isPresent));
  return (
    witness && {
      cause: `${witness.name} gets no answer from ${name} at ${address} (${host} is ${isPresent ? 'online' : 'not online'})`,
      pauseMs: isPresent ? DISPUTED_PAUSE_MS : PAUSE_MS,
    }
  );
}

/** One that is offline itself, or was told to ping another address, says nothing about the router. */
function hearsNothing({ isPresent, isOnline, watches, peerAnswers }: ServingRouter, address: string): boolean {
  return isPresent && isOnline && watches === address && peerAnswers === false;
}

function whyUnfit(router: ServingRouter, { check }: ServedRoute): string | undefined {
  const { host, outcome, down, isPresent, address } = router;
  if (!isPresent) return `${host} is not online`;
  if (down !== null) return down;
  if (outcome === null) return `${host} has not reported yet that it forwards`;
  if (outcome.kind !== 'done') return outcome.cause;
  if (address === null) return 'it has no address in the network';
  return lanSilence(router, check);
}

function lanSilence({ name, lanAnswers }: ServingRouter, check: LanCheck | null): string | undefined {
  if (check === null || lanAnswers !== false) return undefined;
  return `${name} gets no answer from ${checkText(check)} in the LAN`;
}

/** IP or IP:PORT, as people write it. */
export const checkText = ({ address, port }: LanCheck): string => (port === undefined ? address : `${address}:${port}`);

/** What the item of a router is to say besides its prefixes. */
export interface Watching {
  watch?: { address: string };
  check?: LanCheck;
}

/**
 * What each router of a network is to watch: the router that carries the first route by which it stands by, and the
 * first check of its routes. While the other router shows no address, it watches what it watched.
 */
export function watchingOf(routes: readonly ServedRoute[]): Map<NodeId, Watching> {
  const found = new Map<NodeId, Watching>();
  for (const { node: serving, check, routers } of routes) {
    const target = routers.find(({ node }) => node === serving)?.address;
    for (const { node, watches } of routers) {
      const own = found.get(node) ?? {};
      const address = node === serving ? undefined : (target ?? watches ?? undefined);
      if (address !== undefined) own.watch ??= { address };
      if (check !== null) own.check ??= check;
      found.set(node, own);
    }
  }
  return found;
}
