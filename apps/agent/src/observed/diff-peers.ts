import type { AgentFact, NodeId, ObservedPeer, Part } from '@orrery/shared/contracts';
import { byKey } from './diff-lists.js';

/** How a node reaches its peers. That a peer is no longer listed is no fact: the daemon forgets whom it has not heard for a while. */
export function diffPeers(node: NodeId, before: Part<ObservedPeer[]>, after: Part<ObservedPeer[]>): AgentFact[] {
  if (!before.known || !after.known) return [];
  const was = byKey(before.value, ({ address }) => address);
  return after.value
    .filter((peer) => was.get(peer.address)?.path !== peer.path)
    .map((peer) => ({ type: peer.path === 'direct' ? 'path.direct' : 'path.relayed', data: { node, after: peer } }));
}
