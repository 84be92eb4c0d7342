import type { NodeContainerItem, ObservedContainer, ObservedState, RouterItem } from '@orrery/shared/contracts';
import type { Step } from '@orrery/shared/machine';
import { isAsWritten } from '../router/routers.js';
import { ownContainer } from './node-container.js';
import type { PlanFacts } from './plan-facts.js';

/** Writes the table of a running router if it is not there, or not as it was written. A container that must be made anew gets it with its start. */
export function planRouter(
  item: RouterItem,
  container: NodeContainerItem | undefined,
  observed: ObservedState,
  { routers }: PlanFacts,
): Step[] {
  const ways = routers?.get(item.node);
  const own = container && ownContainer(container, observed);
  if (item.intent === 'absent' || !ways || own?.state !== 'running' || !own.forwards) return [];
  const node = observed.nodes.find((one) => one.node === item.node);
  if (!node?.router?.known || isAsWritten(node, ways)) return [];
  return [{ step: 'configure-router', node: item.node, item: item.id, ways: [...ways] }];
}

/** Closes a container that is no router any more, before it is replaced: the image of the next one may be slow to come. */
export function planClosing(item: NodeContainerItem, own: ObservedContainer, observed: ObservedState): Step[] {
  if (!own.forwards || own.state !== 'running') return [];
  const node = observed.nodes.find((one) => one.node === item.node);
  if (!node?.router?.known || isAsWritten(node, [])) return [];
  return [{ step: 'configure-router', node: item.node, item: item.id, ways: [] }];
}
