import type { AgentFactType } from '@orrery/shared/contracts';
import type { NodeContext } from './group-context.js';
import type { StoredEvent } from './stored-event.js';

/** What a node loses when its container is removed or it leaves a network. A host reports it in the same way when nobody asked for it. */
const LOSSES: ReadonlySet<AgentFactType> = new Set<AgentFactType>([
  ...(['container.died', 'container.removed', 'node.down', 'node.offline', 'path.lost', 'router.changed'] as const),
  ...(['network.left', 'network.not-found', 'authorization.revoked', 'interface.down'] as const),
  ...(['address.removed', 'route.removed'] as const),
]);

/** The action that somebody asked for of which this event is the consequence; undefined: it happened by itself. Pure. */
export function orderedBy({ fact: { type }, refs }: StoredEvent, node: NodeContext | undefined) {
  if (!node || !LOSSES.has(type)) return undefined;
  if (node.isGoing) return 'remove';
  return refs.network !== null && node.leaving.includes(refs.network) ? 'leave' : undefined;
}
