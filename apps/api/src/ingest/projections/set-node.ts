import type { NodeId, ObservedDaemon } from '@orrery/shared/contracts';
import type { ObservedChanges, Mark, ObservedNodeChange } from './observed-changes.js';

/** Keeps the last report of a daemon that does not answer. */
export function setNode(
  changes: ObservedChanges,
  mark: Mark,
  node_id: NodeId,
  standing: Pick<ObservedNodeChange, 'state' | 'cause'> & Partial<Pick<ObservedNodeChange, 'peers_known'>>,
  after: ObservedDaemon | null,
): void {
  const before = changes.nodes.get(node_id);
  changes.nodes.set(node_id, {
    ...mark,
    node_id,
    ...standing,
    address: after?.address ?? before?.address ?? null,
    version: after?.version ?? before?.version ?? null,
    online: after?.online ?? null,
    heard: after?.heard ?? null,
    peers_known: standing.peers_known ?? before?.peers_known ?? null,
  });
}
