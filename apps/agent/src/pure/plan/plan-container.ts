import {
  isOfContainer,
  type Item,
  type MembershipItem,
  type NodeContainerItem,
  type ObservedContainer,
  type ObservedState,
} from '@orrery/shared/contracts';
import type { Step } from '@orrery/shared/machine';
import {
  blueprintOf,
  configuredNetworks,
  mustBeMadeAnew,
  ownContainer,
  planCreation,
  planRenewal,
  planRunning,
} from './node-container.js';
import { planAttachment, isElsewhere } from './plan-attachment.js';
import type { PlanFacts } from './plan-facts.js';
import { planClosing } from './plan-router.js';

/** Another container that holds the item's name: one of ours that is being removed, or somebody else's. */
export const nameHolder = (item: NodeContainerItem, observed: ObservedState): ObservedContainer | undefined =>
  observed.containers.known
    ? observed.containers.value.find(
        (container) => container.name === item.name && !(container.item === item.id && container.ours),
      )
    : undefined;

/** A container that was created for the item, but that somebody changed so that it must not be touched any more. */
export const changedContainer = (item: NodeContainerItem, observed: ObservedState): ObservedContainer | undefined =>
  observed.containers.known
    ? observed.containers.value.find((one) => one.item === item.id && !one.ours && one.differs !== undefined)
    : undefined;

/** The container of an item with its own network namespace, or of an attachment. */
export function planContainer(
  item: NodeContainerItem,
  memberships: readonly MembershipItem[],
  observed: ObservedState,
  facts: PlanFacts,
): Step[] {
  if (!observed.containers.known) return [];
  const own = ownContainer(item, observed);
  if (item.intent === 'absent') return planRemoval(item, own, observed, facts);
  if (item.kind === 'attachment') return planAttachment(item, own, { memberships, observed, facts });
  const blueprint = blueprintOf(item, memberships, facts);
  if (!own) return nameHolder(item, observed) ? [] : planCreation(item, blueprint, facts);
  const isRouter = facts.routers?.has(item.node) ?? false;
  if (mustBeMadeAnew(item, own, isRouter)) {
    const renewal = planRenewal(item, { own, blueprint, keeps: configuredNetworks(item.node, observed) }, facts);
    return isRouter ? renewal : [...planClosing(item, own, observed), ...renewal];
  }
  return planRunning(item, own, facts);
}

/** Whether an identity for the item's node is left here: its own, or the pre-generated one that it never received. */
export const leavesIdentity = (
  { node, identity }: NodeContainerItem,
  { hasIdentity, isFree }: Pick<PlanFacts, 'hasIdentity' | 'isFree'>,
): boolean => hasIdentity(node) || (identity !== undefined && isFree?.(identity) === true);

/** Keeps the identity while the container still runs: without it, nobody could tell whose container that is. */
function planRemoval(
  item: NodeContainerItem,
  own: ObservedContainer | undefined,
  observed: ObservedState,
  facts: PlanFacts,
): Step[] {
  const about = { node: item.node, item: item.id };
  const { identity } = item;
  const forgets = leavesIdentity(item, facts) && !changedContainer(item, observed);
  return [
    ...(own ? [{ ...about, step: 'remove-container' as const, engineId: own.engineId, name: item.name }] : []),
    ...(forgets ? [{ ...about, step: 'forget-identity' as const, ...(identity && { identity }) }] : []),
  ];
}

/**
 * Whether the observation of an item's node counts for it. It does not while its container is not the desired one: a membership in a
 * container about to be replaced looks joined, authorized and addressed, and will soon be gone.
 */
export function isOfPresentContainer(
  item: Item,
  { items, observed, facts }: { items: readonly Item[]; observed: ObservedState; facts: Pick<PlanFacts, 'routers'> },
): boolean {
  if (isOfContainer(item) || (item.kind === 'membership' && item.nodeKind === 'host')) return true;
  const container = items.filter(isOfContainer).find(({ node }) => node === item.node);
  const own = container && ownContainer(container, observed);
  if (!container || !own || mustBeMadeAnew(container, own, facts.routers?.has(item.node) ?? false)) return false;
  return container.kind === 'container' || !isElsewhere(container, own, observed);
}
