import type { NodeId, ObservedDaemon } from '@orrery/shared/contracts';
import type { Changes, Mark, NodeChange } from './changes.js';

/** What a daemon that does not answer last said of itself stays. */
export function setNode(
  changes: Changes,
  mark: Mark,
  node_id: NodeId,
  standing: Pick<NodeChange, 'state' | 'cause'>,
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
  });
}
