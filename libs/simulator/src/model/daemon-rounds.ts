import { isRoot, rootsOf, type Daemon, type Turn } from './daemon.js';
import { controllerOf } from './ids.js';
import { wantsConfig, type Membership } from './membership.js';
import type { Message } from './messages.js';

/** When the daemon next has something to do by itself. */
export const nextTaskAt = (daemon: Daemon): number =>
  Math.min(daemon.nextRoundAt, daemon.firstRequestAt ?? Number.POSITIVE_INFINITY);

function greetings(daemon: Daemon, now: number): Message[] {
  const from = daemon.identity.address;
  const others = [...new Set(rootsOf(daemon))].filter((to) => to !== from);
  return others.map((to) => ({ kind: 'hello', from, to, sentAt: now }));
}

/**
 * Asks the peers that are due along their paths, and nowhere else: that is how a path that leads nowhere shows. Roots are greeted in
 * every round.
 */
export function heartbeats(daemon: Daemon, now: number): { daemon: Daemon; asked: { peer: string; path: string }[] } {
  const { heartbeat, pathExpiry } = daemon.timing;
  const roots = rootsOf(daemon);
  const due = Object.values(daemon.peers).flatMap((peer) => {
    const { address, path, lastReceive, lastAsked = 0 } = peer;
    const isDue = now - lastReceive < pathExpiry && now - Math.max(lastReceive, lastAsked) >= heartbeat;
    return path !== null && isDue && !roots.includes(address) ? [{ peer, path }] : [];
  });
  const peers = Object.fromEntries(due.map(({ peer }) => [peer.address, { ...peer, lastAsked: now }]));
  return {
    daemon: { ...daemon, peers: { ...daemon.peers, ...peers } },
    asked: due.map(({ peer, path }) => ({ peer: peer.address, path })),
  };
}

/** Only networks with a device ask for a configuration; without one the daemon never gets that far. */
function requests(daemon: Daemon, now: number): Message[] {
  const from = daemon.identity.address;
  return Object.values(daemon.memberships)
    .filter((membership) => membership.tap && wantsConfig(membership, now, daemon.timing.configLifetime))
    .map(({ networkId }) => ({
      kind: 'config-request',
      from,
      to: controllerOf(networkId),
      networkId,
      identity: daemon.identity.public,
    }));
}

/** Multicast groups are looked up after the first whole round with a device. */
function lookedAfter({ startedAt, timing }: Daemon, membership: Membership, now: number): Membership {
  const installsRoutes = membership.installsRoutes || now - startedAt >= timing.routeRefresh;
  return { ...membership, installsRoutes, listens: membership.listens || now > startedAt };
}

function round(daemon: Daemon, now: number): Turn<Daemon> {
  const heardOfRoot = daemon.lastSignOfRoot > 0 && now - daemon.lastSignOfRoot < daemon.timing.rootSilence;
  const memberships = Object.fromEntries(
    Object.entries(daemon.memberships).map(([id, membership]) => [
      id,
      membership.tap ? lookedAfter(daemon, membership, now) : membership,
    ]),
  );
  const state = {
    ...daemon,
    memberships,
    online: heardOfRoot || isRoot(daemon),
    nextRoundAt: daemon.nextRoundAt + daemon.timing.round,
  };
  const asks = daemon.firstRequestAt === null ? requests(daemon, now) : [];
  return { state, out: [...greetings(daemon, now), ...asks] };
}

/** Runs one task that is due at `now`. Call it again while `nextTaskAt` is not in the future. */
export function runTasks(daemon: Daemon, now: number): Turn<Daemon> {
  if (now >= daemon.nextRoundAt) return round(daemon, daemon.nextRoundAt);
  if (daemon.firstRequestAt !== null && now >= daemon.firstRequestAt) {
    const out = requests(daemon, daemon.firstRequestAt).filter(
      (message) => 'networkId' in message && daemon.startedWith.includes(message.networkId),
    );
    return { state: { ...daemon, firstRequestAt: null }, out };
  }
  return { state: daemon, out: [] };
}
