import type {
  ContainerItem,
  Item,
  MembershipItem,
  NetworkId,
  NodeId,
  ObservedContainer,
  ObservedState,
} from '@orrery/shared/contracts';
import type { ContainerBlueprint, Step } from '@orrery/shared/machine';
import type { PlanFacts } from './plan-facts.js';

/** The item's own container, if the engine shows one. */
export const ownContainer = (item: ContainerItem, observed: ObservedState): ObservedContainer | undefined =>
  observed.containers.known
    ? observed.containers.value.find((container) => container.item === item.id && container.ours)
    : undefined;

/** Another container that holds the item's name: one of ours that is being removed, or somebody else's. */
export const nameHolder = (item: ContainerItem, observed: ObservedState): ObservedContainer | undefined =>
  observed.containers.known
    ? observed.containers.value.find(
        (container) => container.name === item.name && !(container.item === item.id && container.ours),
      )
    : undefined;

/** A container that was created for the item, but that somebody changed so that it must not be touched any more. */
export const changedContainer = (item: ContainerItem, observed: ObservedState): ObservedContainer | undefined =>
  observed.containers.known
    ? observed.containers.value.find((one) => one.item === item.id && !one.ours && one.differs !== undefined)
    : undefined;

/** True when something differs that cannot change while a container lives. An item without an image keeps the one it was created from. */
export function mustBeMadeAnew(item: ContainerItem, container: ObservedContainer): boolean {
  const { memoryMb, pids } = container.limits;
  return (
    container.state === 'dead' ||
    container.incarnation !== item.incarnation ||
    (item.image !== null && container.image !== item.image) ||
    memoryMb !== item.limits.memoryMb ||
    pids !== item.limits.pids
  );
}

export function planContainer(
  item: ContainerItem,
  memberships: readonly MembershipItem[],
  observed: ObservedState,
  facts: PlanFacts,
): Step[] {
  if (!observed.containers.known) return [];
  const own = ownContainer(item, observed);
  if (item.intent === 'absent') return planRemoval(item, own, observed, facts);
  const blueprint = blueprintOf(item, memberships, facts);
  if (!own) return nameHolder(item, observed) ? [] : planCreation(item, blueprint, facts);
  if (mustBeMadeAnew(item, own))
    return planRenewal(item, { own, blueprint, keeps: configuredNetworks(item.node, observed) }, facts);
  return planRunning(item, own);
}

/** Whether an identity for the item's node is left here: its own, or the pre-generated one that it never received. */
export const leavesIdentity = (
  { node, identity }: ContainerItem,
  { hasIdentity, isFree }: Pick<PlanFacts, 'hasIdentity' | 'isFree'>,
): boolean => hasIdentity(node) || (identity !== undefined && isFree?.(identity) === true);

/** Keeps the identity while the container still runs: without it, nobody could tell whose container that is. */
function planRemoval(
  item: ContainerItem,
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

function planCreation(item: ContainerItem, blueprint: ContainerBlueprint, facts: PlanFacts): Step[] {
  const about = { node: item.node, item: item.id };
  const { image } = blueprint;
  const { identity } = item;
  const present = facts.imagePresent(image);
  if (present === undefined) return [];
  return [
    ...(present ? [] : [{ ...about, step: 'pull-image' as const, image }]),
    ...(facts.hasIdentity(item.node)
      ? []
      : [{ ...about, step: 'mint-identity' as const, image, ...(identity && { identity }) }]),
    { ...about, step: 'create-container', blueprint },
    { ...about, step: 'start-container', created: item.name },
  ];
}

/** Pulls the image first, so that a failed pull leaves the old container running. Requires the identity: without it, the container would come back as another node. */
function planRenewal(
  item: ContainerItem,
  { own, blueprint, keeps }: { own: ObservedContainer; blueprint: ContainerBlueprint; keeps: NetworkId[] },
  facts: PlanFacts,
): Step[] {
  if (!facts.hasIdentity(item.node)) return [];
  const about = { node: item.node, item: item.id };
  const creation = planCreation(item, blueprint, facts);
  const removal: Step = { ...about, step: 'remove-container', engineId: own.engineId, name: item.name, keeps };
  return creation.flatMap((step): Step[] => (step.step === 'create-container' ? [removal, step] : [step]));
}

/**
 * The networks that have admitted the node. With their configurations it has its addresses half a second sooner after a
 * renewal, and also while its controller is away. After a refusal nothing is kept, because the old addresses would come
 * back with it.
 */
function configuredNetworks(node: NodeId, { nodes }: ObservedState): NetworkId[] {
  const memberships = nodes.find((one) => one.node === node)?.memberships;
  return memberships?.known
    ? memberships.value.filter(({ status }) => status === 'OK').map(({ network }) => network)
    : [];
}

function planRunning(item: ContainerItem, { state, engineId }: ObservedContainer): Step[] {
  const about = { node: item.node, item: item.id };
  if (state === 'paused') return [{ ...about, step: 'unpause-container', engineId }];
  if (state === 'created' || state === 'exited') return [{ ...about, step: 'start-container', engineId }];
  return [];
}

function blueprintOf(
  item: ContainerItem,
  memberships: readonly MembershipItem[],
  facts: PlanFacts,
): ContainerBlueprint {
  const { id, node, name, limits, incarnation } = item;
  return {
    item: id,
    node,
    name,
    image: item.image ?? facts.defaultImage,
    limits,
    incarnation,
    memberships: memberships
      .filter(({ intent }) => intent === 'present')
      .map(({ network, settings }) => ({ network, settings })),
  };
}

/**
 * Whether the observation of an item's node counts for it. It does not while its container is not the desired one: a membership in a
 * container about to be replaced looks joined, authorized and addressed, and will soon be gone.
 */
export function isOfPresentContainer(item: Item, items: readonly Item[], observed: ObservedState): boolean {
  if (item.kind !== 'membership' || item.nodeKind === 'host') return true;
  const isContainer = (one: Item): one is ContainerItem => one.kind === 'container' && one.node === item.node;
  const container = items.find(isContainer);
  const own = container && ownContainer(container, observed);
  return container !== undefined && own !== undefined && !mustBeMadeAnew(container, own);
}
