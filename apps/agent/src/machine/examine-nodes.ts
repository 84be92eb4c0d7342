import type { NodeId, NodeKind } from '@orrery/shared/contracts';
import type { DaemonEvidence, NodeEvidence, PeerEvidence, Scope, Seen } from '@orrery/shared/machine';
import { describeError } from '@orrery/shared/runtime';
import { assertExpected, type NodeDoor } from '../zerotier/node-door.js';
import type { DaemonNetwork, DaemonPeer, DaemonStatus } from '../zerotier/local-api.js';
import { findContainer, openContainer, type RealMachineParts } from './real-machine-parts.js';

/** Number of nodes asked at the same time. */
const AT_ONCE = 8;

/** What the zerotier-ones of a host say about themselves, each in its own words. Those that the time does not suffice for are unknown. */
export async function examineNodes(
  parts: RealMachineParts,
  scope: Scope,
  signal: AbortSignal,
): Promise<readonly NodeEvidence[]> {
  const nodes: { node: NodeId; kind: NodeKind }[] = [
    { node: scope.hostNode, kind: 'host' },
    ...scope.containers.map(({ node }) => ({ node, kind: 'container' as const })),
  ];
  const found: NodeEvidence[] = [];
  const waiting = [...nodes];
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) found.push(await examineNode(parts, next, signal));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return found;
}

async function examineNode(
  parts: RealMachineParts,
  { node, kind }: { node: NodeId; kind: NodeKind },
  signal: AbortSignal,
): Promise<NodeEvidence> {
  try {
    signal.throwIfAborted();
    const door = kind === 'host' ? await parts.hostDaemon.open() : await doorOf(parts, node, signal);
    const status = await door.api.status(signal);
    assertExpected(status, door.expected);
    const [peers, networks] = await Promise.all([
      seen(door.api.peers(signal), (all) => all.map((peer) => peerEvidence(peer, status))),
      seen(door.api.networks(signal), dnsOf),
    ]);
    return { node, kind, daemon: { known: true, value: daemonEvidence(status) }, peers, dns: networks };
  } catch (error) {
    const unseen = { known: false, why: describeError(error) } as const;
    return { node, kind, daemon: unseen, peers: unseen, dns: unseen };
  }
}

async function doorOf(parts: RealMachineParts, node: NodeId, signal: AbortSignal): Promise<NodeDoor> {
  return openContainer(parts, node, await findContainer(parts, node, signal));
}

async function seen<A, B>(answer: Promise<A>, map: (answer: A) => B): Promise<Seen<B>> {
  try {
    return { known: true, value: map(await answer) };
  } catch (error) {
    return { known: false, why: describeError(error) };
  }
}

const daemonEvidence = ({ address, version, config, tcpFallbackActive }: DaemonStatus): DaemonEvidence => ({
  ...{ address, version },
  listeningOn: config?.settings.listeningOn,
  port: config?.settings.primaryPort,
  tcpFallback: tcpFallbackActive ?? false,
});

/** Exported for its test. */
export function peerEvidence(
  { address, role, paths }: DaemonPeer,
  { clock = Date.now() }: Pick<DaemonStatus, 'clock'>,
): PeerEvidence {
  const times = paths.flatMap(({ lastReceive = 0 }) => (lastReceive > 0 ? [lastReceive] : []));
  const heardMsAgo = times.length > 0 ? Math.max(0, clock - Math.max(...times)) : null;
  return { address, isRoot: role === 'PLANET' || role === 'MOON', heardMsAgo };
}

/** Milliseconds since any of the peers was heard; null: none ever was. */
export function lastHeardMsAgo(peers: readonly DaemonPeer[], status: Pick<DaemonStatus, 'clock'>): number | null {
  const ages = peers.flatMap((peer) => peerEvidence(peer, status).heardMsAgo ?? []);
  return ages.length > 0 ? Math.min(...ages) : null;
}

const dnsOf = (networks: readonly DaemonNetwork[]) =>
  networks.flatMap(({ nwid, portDeviceName, allowDNS, dns }) => {
    const servers = dns?.servers ?? [];
    return servers.length === 0 ? [] : [{ network: nwid, device: portDeviceName ?? null, servers, allowDns: allowDNS }];
  });
