import type { ContainerItem, Item, ObservedState } from '@orrery/shared/contracts';
import { mustBeMadeAnew, ownContainer } from './plan-container.js';

/**
 * Whether what is observed of an item's node may count for it. Not while its container is another than the one that is wanted: a
 * membership of a container on its way out looks joined, authorized and addressed, and is soon gone.
 */
export function isOfPresentContainer(item: Item, items: readonly Item[], observed: ObservedState): boolean {
  if (item.kind !== 'membership' || item.nodeKind === 'host') return true;
  const isContainer = (one: Item): one is ContainerItem => one.kind === 'container' && one.node === item.node;
  const container = items.find(isContainer);
  const own = container && ownContainer(container, observed);
  return container !== undefined && own !== undefined && !mustBeMadeAnew(container, own);
}
