import type {
  NodeAddress,
  NodeId,
  NodeKind,
  ObservedInterface,
  ObservedMembership,
  ObservedNode,
  ObservedRouter,
  Part,
} from '@orrery/shared/contracts';
import type { DaemonNetwork, DaemonPeer, DaemonStatus } from '../zerotier/local-api.js';
import { assertExpected, type NodeDoor } from '../zerotier/node-door.js';
import { compare, observedDaemon, observedMembership, observedPeer } from '../zerotier/observed-daemon.js';
import { isUnexplained, receivedFrom, type Heard, type HeardLook } from './heard-nodes.js';
import { lastHeardMsAgo } from './examine-nodes.js';
import { known, partOf, unknown } from './part.js';

export interface NodeLook {
  node: NodeId;
  kind: NodeKind;
  door: NodeDoor;
  interfaces: Promise<ObservedInterface[]>;
  /** The `allowManaged` list of a network, if there is one. */
  listOf: (network: string) => Promise<string[] | null>;
  /** What its namespace lets through, of a router. */
  router?: Promise<ObservedRouter | undefined>;
  /** Told, when its peers were asked for, how long ago it last heard from any of them; null: never. */
  silence?: (lastHeardMsAgo: number | null) => void;
  /** For a container: what it has heard since its start. */
  heard?: (look: Pick<HeardLook, 'peers' | 'networks' | 'received'>) => Promise<Heard>;
}

/**
 * Observes one node from both sides at once: what its daemon reports and what its kernel shows. If the daemon is not the expected
 * node, nothing it says is used.
 */
export async function observeNode(look: NodeLook, signal: AbortSignal): Promise<ObservedNode> {
  const { door } = look;
  const joined = door.api.networks(signal);
  const seen = joined.then((networks) => membershipsOf(networks, look));
  const [status, networks, memberships, peers, interfaces, router] = await Promise.all([
    partOf(expectedStatus(door, signal)),
    partOf(joined),
    partOf(explained(door, seen)),
    partOf(explained(door, door.api.peers(signal))),
    partOf(look.interfaces),
    routerPart(look),
  ]);
  if (status.known && peers.known && peers.value.length > 0) look.silence?.(lastHeardMsAgo(peers.value, status.value));
  const { isAnybody: heard, from } = await heardOf(look, networks, peers, signal);
  return {
    node: look.node,
    kind: look.kind,
    daemon: status.known
      ? known({ ...observedDaemon(status.value), ...(heard === undefined ? {} : { heard }) })
      : status,
    memberships: status.known ? memberships : status,
    interfaces,
    peers: status.known ? mapped(peers, (listed) => peersOf(listed, from)) : status,
    ...(router && { router }),
  };
}

/**
 * Observes a node that was well at the previous look and has not been started since: only its networks and its kernel,
 * which is a third of the requests. Falls back to a whole observation if its daemon does not answer.
 */
export async function observeAgain(look: NodeLook, before: ObservedNode, signal: AbortSignal): Promise<ObservedNode> {
  const seen = look.door.api.networks(signal).then((networks) => membershipsOf(networks, look));
  const [memberships, interfaces, router] = await Promise.all([
    partOf(seen),
    partOf(look.interfaces),
    routerPart(look),
  ]);
  return memberships.known
    ? { ...before, memberships, interfaces, ...(router && { router }) }
    : observeNode(look, signal);
}

/** A node whose daemon cannot be asked; what the kernel shows is still reported. */
export async function silentNode(
  node: NodeId,
  kind: NodeKind,
  cause: unknown,
  interfaces: Promise<ObservedInterface[]>,
): Promise<ObservedNode> {
  const silent = unknown(cause);
  return { node, kind, daemon: silent, memberships: silent, interfaces: await partOf(interfaces), peers: silent };
}

async function routerPart({ router }: NodeLook): Promise<Part<ObservedRouter> | undefined> {
  const part = router && (await partOf(router));
  if (!part?.known) return part;
  return part.value && known(part.value);
}

const mapped = <A, B>(part: Part<A>, map: (value: A) => B): Part<B> => (part.known ? known(map(part.value)) : part);

async function expectedStatus(door: NodeDoor, signal: AbortSignal): Promise<DaemonStatus> {
  return explained(
    door,
    door.api.status(signal).then((status) => {
      assertExpected(status, door.expected);
      return status;
    }),
  );
}

const NOTHING: Heard = { isAnybody: undefined, from: new Set() };

async function heardOf(
  look: NodeLook,
  networks: Part<DaemonNetwork[]>,
  peers: Part<DaemonPeer[]>,
  signal: AbortSignal,
): Promise<Heard> {
  // A node without networks has nobody to hear from.
  if (!networks.known || networks.value.length === 0 || !peers.known) return NOTHING;
  const ask = () => received(look.door, signal);
  if (look.heard) return look.heard({ networks: networks.value, peers: peers.value, received: ask });
  // Nobody says when the host's own daemon was started, so nothing of it is kept from look to look.
  const from = peers.value.some(isUnexplained) ? await ask() : undefined;
  return { ...NOTHING, ...(from && { from }) };
}

async function membershipsOf(networks: DaemonNetwork[], { listOf }: NodeLook): Promise<ObservedMembership[]> {
  const observed = await Promise.all(
    networks.map(async (network) => observedMembership(network, await listOf(network.nwid))),
  );
  return observed.sort((left, right) => compare(left.network, right.network));
}

async function received({ http }: NodeDoor, signal: AbortSignal): Promise<ReadonlySet<NodeAddress> | undefined> {
  const answer = await http?.ask({ method: 'GET', path: '/metrics', signal }).catch(() => undefined);
  return typeof answer?.body === 'string' ? receivedFrom(answer.body) : undefined;
}

const peersOf = (peers: DaemonPeer[], from: ReadonlySet<NodeAddress>) =>
  peers
    .flatMap((peer) => observedPeer(peer, from.has(peer.address)) ?? [])
    .sort((left, right) => compare(left.address, right.address));

async function explained<T>(door: NodeDoor, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw door.explain(error);
  }
}
