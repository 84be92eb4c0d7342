import { explain, type HostId, type NodeId, type NodeKind, type Path, type PathReason } from '@orrery/shared/contracts';

/** A node of a network, with what its paths depend on. */
export interface PathNode {
  id: NodeId;
  name: string;
  kind: NodeKind;
  host: { id: HostId; name: string };
  simulated: boolean;
  /** The address that counts as its own; null: none does, so its peers cannot be matched with it. */
  address: string | null;
  isUp: boolean;
  /** Its whole list of peers was reported, so that one without a row is certainly not in it. */
  arePeersKnown: boolean;
  /** Its host is not heard from. */
  isAway: boolean;
  /** It has reported nothing new about its daemon for a minute. */
  isSettled: boolean;
  /** It runs in the namespace of a workload, and not on Orrery's bridge. */
  isAttached: boolean;
  /** It reaches a root directly. */
  hasRoot: boolean;
  /** It or its host has a finding that says so. */
  isUdpBlocked: boolean;
  /** The most ports of one address at which other nodes reach it. */
  ports: number;
}

/** A row of the table `paths`. */
export interface SeenPath {
  path: 'direct' | 'relayed';
  endpoint: string | null;
  latencyMs: number | null;
  since: string;
  /** Younger than a minute. */
  isYoung: boolean;
  /** It is direct and nothing comes back, since then; null: it answers, or that is not known. */
  silentSince: string | null;
}

/** A zerotier-one opens at most three UDP ports (docs/zerotier-facts.md#endpoints), so more cannot all be its own. */
const OWN_PORTS = 3;

/** How `node` reaches `peer` in its own view. `there` is its row about the peer, `back` the row of the peer about it. */
export function judgePath(node: PathNode, peer: PathNode, there?: SeenPath, back?: SeenPath): Path {
  const path = viewOf(node, peer, there);
  const other = viewOf(peer, node, back);
  const isKnown = path === 'direct' || path === 'relayed';
  return {
    node: { id: node.id, name: node.name, kind: node.kind },
    host: node.host,
    peer: { id: peer.id, name: peer.name, kind: peer.kind },
    simulated: node.simulated,
    path,
    endpoint: isKnown ? (there?.endpoint ?? null) : null,
    latencyMs: isKnown ? (there?.latencyMs ?? null) : null,
    since: isKnown ? (there?.since ?? null) : null,
    stale: node.isAway,
    reason: path === 'unknown' ? null : path === 'direct' ? silenceOf(node, peer, there) : reasonOf(node, peer, there),
    disagrees: path !== 'unknown' && other !== 'unknown' && (path === 'direct') !== (other === 'direct'),
  };
}

function viewOf(node: PathNode, peer: PathNode, seen: SeenPath | undefined): Path['path'] {
  if (!node.isUp || peer.address === null) return 'unknown';
  return seen?.path ?? (node.arePeersKnown ? 'none' : 'unknown');
}

/** A peer that is down does not answer either, which its own row says. */
function silenceOf(node: PathNode, peer: PathNode, seen: SeenPath | undefined): PathReason | null {
  if (!seen?.silentSince || node.isAway || peer.isAway || !peer.isUp) return null;
  return silence(node.name, peer.name, seen.endpoint);
}

/** Said of a path in the list, and in explanations. */
export const silence = (node: string, peer: string, endpoint: string | null): PathReason =>
  reason('path-silent/peer', { node, peer, endpoint: endpoint ?? 'an unknown address' });

/** The likely reason; null: nothing that is known explains it. Without `seen`, the node does not list the peer. */
function reasonOf(node: PathNode, peer: PathNode, seen: SeenPath | undefined): PathReason | null {
  const both = [node, peer];
  const blocked = both.find(({ isUdpBlocked }) => isUdpBlocked);
  if (blocked) return reason('path-udp-blocked/finding', { node: blocked.name });
  const rootless = both.find(lacksRoot);
  if (rootless) return reason('path-udp-blocked/no-root', { node: rootless.name });
  if (!seen) return reason('path-not-tried/none', { node: node.name, peer: peer.name });
  if (node.host.id === peer.host.id && both.every(isOnBridge))
    return reason('path-bridge-closed/host', { host: node.host.name });
  if (seen.isYoung) return reason('path-not-tried/young', { peer: peer.name });
  const symmetric = both.find(({ ports }) => ports > OWN_PORTS);
  return symmetric ? reason('path-symmetric-nat/node', { node: symmetric.name, ports: symmetric.ports }) : null;
}

/** A node that has just come up has not reached its roots yet. */
const lacksRoot = ({ isUp, isAway, isSettled, arePeersKnown, hasRoot }: PathNode) =>
  isUp && !isAway && isSettled && arePeersKnown && !hasRoot;

const isOnBridge = ({ kind, isAttached }: PathNode) => kind === 'container' && !isAttached;

const reason = explain as (
  situation: Extract<Parameters<typeof explain>[0], `path-${string}`>,
  facts: object,
) => PathReason;
