import type { AgentFact, ItemId, NodeId } from '@orrery/shared/contracts';
import { isPoison, type Batch } from './batch.js';

/** The subjects of a fact. */
export interface FactRefs {
  node: NodeId | null;
  network: string | null;
  item: ItemId | null;
  /** Name of a container, if the fact itself contains it. */
  container: string | null;
}

const NOTHING: FactRefs = { node: null, network: null, item: null, container: null };

export function refsOfFact({ data }: AgentFact): FactRefs {
  const about = data as { node?: NodeId | null; network?: string | null; item?: ItemId | null; name?: string };
  const { node = null, network = null, item = null } = about;
  const container = 'exitCode' in data || ('name' in data && 'item' in data) ? (about.name ?? null) : null;
  return { ...NOTHING, node, network, item, container };
}

const facts = function* (batches: readonly Batch[]) {
  for (const { events } of batches) for (const event of events) if (!isPoison(event)) yield event.fact;
};

/** Every node that a batch mentions. */
export function nodesOf(batches: readonly Batch[]): Set<NodeId> {
  const nodes = new Set<NodeId>();
  for (const fact of facts(batches)) {
    const { node } = refsOfFact(fact);
    if (node) nodes.add(node);
    if (fact.type !== 'host.snapshot') continue;
    const { containers, nodes: looked } = fact.data.state;
    for (const { node: id } of [...looked, ...(containers.known ? containers.value : [])]) nodes.add(id);
  }
  return nodes;
}

/** Every item that a batch mentions. */
export function itemsOf(batches: readonly Batch[]): Set<ItemId> {
  const items = new Set<ItemId>();
  for (const fact of facts(batches)) {
    const { item } = refsOfFact(fact);
    if (item) items.add(item);
  }
  return items;
}
