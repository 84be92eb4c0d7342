import type { ObservedNode, ObservedState, Part } from '@orrery/shared/contracts';
import { isDown, hasLostItsContainer } from './diff-nodes.js';

/**
 * What to compare the next observation with: the last known value of everything. It remembers that the engine or a daemon is down, so
 * that this is reported once. A part that merely could not be observed keeps its old value.
 */
export function remember(before: ObservedState | undefined, after: ObservedState): ObservedState {
  if (!before) return after;
  const containers = lastKnown(before.containers, after.containers);
  const workloads = lastWorkloads(before.workloads, after.workloads);
  const seen = new Set(after.nodes.map(({ node }) => node));
  const still = before.nodes.filter((node) => !hasLostItsContainer(node, before, after));
  const unseen = still.filter(({ node }) => !seen.has(node));
  return {
    engine: after.engine.known || after.engine.code === 'docker-unreachable' ? after.engine : before.engine,
    containers,
    ...(workloads && { workloads }),
    nodes: [...unseen, ...after.nodes.map((node) => rememberNode(find(still, node), node))],
  };
}

const find = (nodes: readonly ObservedNode[], { node }: ObservedNode) => nodes.find((other) => other.node === node);

const lastKnown = <T>(before: Part<T>, after: Part<T>): Part<T> => (after.known || !before.known ? after : before);

const lastWorkloads = (before: ObservedState['workloads'], after: ObservedState['workloads']) =>
  before && after ? lastKnown(before, after) : (after ?? before);

function rememberNode(before: ObservedNode | undefined, after: ObservedNode): ObservedNode {
  if (!before) return after;
  return {
    ...after,
    daemon: after.daemon.known || isDown(after.daemon.code) ? after.daemon : before.daemon,
    memberships: lastKnown(before.memberships, after.memberships),
    interfaces: lastKnown(before.interfaces, after.interfaces),
    peers: lastKnown(before.peers, after.peers),
    ...(before.router && after.router && { router: lastKnown(before.router, after.router) }),
  };
}

/**
 * True when something became known for the first time but is not new: what the engine and the host's own daemon had before the first
 * full observation. A snapshot reports it.
 */
export function needsSnapshot(before: ObservedState | undefined, after: ObservedState): boolean {
  if (!before || (!before.containers.known && after.containers.known)) return true;
  if (before.workloads?.known === false && after.workloads?.known) return true;
  return after.nodes.some((node) => {
    const old = node.kind === 'host' ? find(before.nodes, node) : undefined;
    if (!old) return false;
    return (['memberships', 'interfaces', 'peers'] as const).some((part) => !old[part].known && node[part].known);
  });
}
