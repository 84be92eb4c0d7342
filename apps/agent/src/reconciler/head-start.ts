import type { Item, NodeId, ObservedState } from '@orrery/shared/contracts';
import type { MachineFacts, Step } from '@orrery/shared/machine';
import { ownContainer } from './plan-container.js';
import { plan } from './plan.js';

/** A look of which all that followed was done, and the nodes that it was asked for. */
export interface WholeLook {
  observed: ObservedState;
  facts: MachineFacts;
  nodes: ReadonlySet<NodeId>;
}

/**
 * Steps that need not wait for another look: those that make the container of a node which nobody knew at the last one. What that showed
 * of the machine is good enough to begin with; each step looks for itself at what it touches. All else follows from what is seen now.
 */
export function headStart(items: readonly Item[], last: WholeLook): Step[] {
  if (!last.observed.engine.known || !last.observed.containers.known) return [];
  const isNew = (item: Item) =>
    item.kind === 'container' &&
    item.intent === 'present' &&
    !last.nodes.has(item.node) &&
    !ownContainer(item, last.observed);
  const nodes = new Set(items.filter(isNew).map(({ node }) => node));
  const steps = plan(
    items.filter(({ node }) => nodes.has(node)),
    last.observed,
    last.facts,
  );
  // An image that has to be pulled first takes so long that a look is nothing beside it.
  const pulls = new Set(steps.flatMap(({ step, node }) => (step === 'pull-image' ? [node] : [])));
  return steps.filter(({ node }) => !pulls.has(node));
}
