import type { Epoch, HostId, NodeId } from '@orrery/shared/contracts';
import type { GoodEvent } from './batch.js';
import { refsOfFact, type FactRefs } from './event-refs.js';
import type { GroupContext } from './group-context.js';

/** An event that is being stored: its host, and its position in that host's history. */
export interface StoredEvent extends GoodEvent {
  host: HostId;
  epoch: Epoch;
  ordinal: number;
  refs: FactRefs;
}

/** A host can only report about what belongs to it. Undefined: it does. */
export function foreignPart(host: HostId, { fact }: GoodEvent, { nodes, items }: GroupContext): string | undefined {
  const isForeign = (part: { host: HostId } | undefined) => part !== undefined && part.host !== host;
  const { node, item } = refsOfFact(fact);
  if (node && isForeign(nodes.get(node))) return `node ${node} is not this host's`;
  if (item && isForeign(items.get(item))) return `item ${item} is not this host's`;
  if (fact.type !== 'host.snapshot') return undefined;
  const { containers, nodes: looked } = fact.data.state;
  const named: NodeId[] = [...looked, ...(containers.known ? containers.value : [])].map(({ node: id }) => id);
  const foreign = named.find((id) => isForeign(nodes.get(id)));
  return foreign && `node ${foreign} is not this host's`;
}
