import type {
  AgentFact,
  ObservedContainer,
  ObservedNode,
  ObservedState,
  Part,
  FailureCode,
  NodeId,
  ObservedDaemon,
  ObservedPeer,
} from '@orrery/shared/contracts';
import { diffInterfaces } from './diff-interfaces.js';
import { byKey, differs } from './diff-lists.js';
import { diffMemberships } from './diff-memberships.js';

const nothing = <T>(): Part<T[]> => ({ known: true, value: [] });

/** Facts about nodes whose container is gone or was recreated: everything in it went with it. */
export function diffGoneNodes(before: ObservedState, after: ObservedState): AgentFact[] {
  return before.nodes
    .filter((node) => hasLostItsContainer(node, before, after))
    .flatMap((node) => diffNode(node, withoutContainer(node)));
}

export function diffNodes(before: ObservedState, after: ObservedState): AgentFact[] {
  const was = byKey(
    before.nodes.filter((node) => !hasLostItsContainer(node, before, after)),
    ({ node }) => node,
  );
  return after.nodes.flatMap((node) => diffNode(was.get(node.node) ?? newNode(node), node));
}

/**
 * True when the engine shows that the container of this node is gone. A node that is merely missing from the observation was not
 * looked at.
 */
export function hasLostItsContainer(
  { kind, node }: ObservedNode,
  before: ObservedState,
  { containers }: ObservedState,
): boolean {
  if (kind !== 'container' || !containers.known) return false;
  const isOfNode = (container: ObservedContainer) => container.node === node && container.ours;
  const was = before.containers.known ? before.containers.value.find(isOfNode) : undefined;
  const is = containers.value.filter(isOfNode);
  return was ? !is.some(({ engineId }) => engineId === was.engineId) : is.length === 0;
}

const withoutContainer = ({ router: _router, ...node }: ObservedNode): ObservedNode => ({
  ...node,
  daemon: { known: false, code: 'daemon-unreachable', cause: 'its container was removed' },
  memberships: nothing(),
  interfaces: nothing(),
});

/** A node that did not exist before: whatever it has now is new. */
const newNode = ({ node, kind }: ObservedNode): ObservedNode => ({
  node,
  kind,
  daemon: { known: false, code: 'daemon-unreachable', cause: 'not seen before' },
  memberships: nothing(),
  interfaces: nothing(),
  peers: nothing(),
});

function diffNode(before: ObservedNode, after: ObservedNode): AgentFact[] {
  const old = after.kind === 'container' ? emptyWhereUnknown(before) : before;
  return [
    ...diffDaemon(after.node, old.daemon, after.daemon),
    ...diffMemberships(after.node, old.memberships, after.memberships),
    ...diffInterfaces(old, after),
    ...diffPeers(after.node, old.peers, after.peers),
    ...diffRouter(old, after),
  ];
}

/** The last known state of a router is remembered, so one that was unknown for a moment is not reported twice. */
function diffRouter(before: ObservedNode, { node, router }: ObservedNode): AgentFact[] {
  const was = before.router?.known ? before.router.value : null;
  if (router?.known === false) return [];
  const after = router?.value ?? null;
  return differs(was, after) ? [{ type: 'router.changed', data: { node, after } }] : [];
}

/**
 * For a container's node, anything never known counts as empty, because the node is ours from its first second. The host's own daemon
 * may have been in its networks for years, so a snapshot reports what was never known of it.
 */
const emptyWhereUnknown = (node: ObservedNode): ObservedNode => ({
  ...node,
  memberships: node.memberships.known ? node.memberships : nothing(),
  interfaces: node.interfaces.known ? node.interfaces : nothing(),
  peers: node.peers.known ? node.peers : nothing(),
});

const DOWN: readonly FailureCode[] = ['daemon-unreachable', 'zerotier-missing', 'container-died', 'port-taken'];

/** True for causes that mean the daemon is down, and not merely out of sight. */
export const isDown = (code: FailureCode): boolean => DOWN.includes(code);

export function diffDaemon(node: NodeId, before: Part<ObservedDaemon>, after: Part<ObservedDaemon>): AgentFact[] {
  if (!after.known)
    return before.known && isDown(after.code)
      ? [{ type: 'node.down', data: { node, after: null, cause: after.cause } }]
      : [];
  const data = { node, after: after.value };
  const heard: AgentFact[] = after.value.heard ? [{ type: 'node.heard', data }] : [];
  if (!before.known) return [{ type: 'node.up', data }, ...heard];
  const { online, heard: _isHeard, ...identity } = after.value;
  const { online: wasOnline, heard: wasHeard, ...wasIdentity } = before.value;
  const facts: AgentFact[] = wasHeard ? [] : heard;
  if (differs(identity, wasIdentity)) facts.push({ type: 'node.changed', data });
  if (online !== wasOnline) facts.push({ type: online ? 'node.online' : 'node.offline', data });
  return facts;
}

/** How a node reaches its peers. `ToldPaths` has left out of `after` what only varies, and kept what is missing only now and then. */
export function diffPeers(node: NodeId, before: Part<ObservedPeer[]>, after: Part<ObservedPeer[]>): AgentFact[] {
  if (!before.known || !after.known) return [];
  const was = byKey(before.value, ({ address }) => address);
  const is = byKey(after.value, ({ address }) => address);
  const lost = before.value.filter(({ address }) => !is.has(address));
  return [
    ...after.value
      .filter((peer) => differs(was.get(peer.address), peer))
      .map((peer): AgentFact => {
        return { type: peer.path === 'direct' ? 'path.direct' : 'path.relayed', data: { node, after: peer } };
      }),
    ...lost.map(({ address }): AgentFact => ({ type: 'path.lost', data: { node, peer: address, after: null } })),
  ];
}
