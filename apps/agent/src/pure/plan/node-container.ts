import type {
  MembershipItem,
  NetworkId,
  NodeContainerItem,
  NodeId,
  ObservedContainer,
  ObservedState,
} from '@orrery/shared/contracts';
import type { ContainerBlueprint, Step, StepOf } from '@orrery/shared/machine';
import type { PlanFacts } from './plan-facts.js';

/** The item's own container, if the engine shows one. */
export const ownContainer = (item: NodeContainerItem, observed: ObservedState): ObservedContainer | undefined =>
  observed.containers.known
    ? observed.containers.value.find((container) => container.item === item.id && container.ours)
    : undefined;

/**
 * True when something differs that cannot change while a container lives. An item without an image keeps the one it was created from.
 * `isRouter`: whether its network namespace is to forward.
 */
export function mustBeMadeAnew(item: NodeContainerItem, container: ObservedContainer, isRouter: boolean): boolean {
  const { memoryMb, pids } = container.limits;
  return (
    container.state === 'dead' ||
    (container.forwards ?? false) !== isRouter ||
    container.incarnation !== item.incarnation ||
    (item.image !== null && container.image !== item.image) ||
    memoryMb !== item.limits.memoryMb ||
    pids !== item.limits.pids
  );
}

export function planCreation(item: NodeContainerItem, blueprint: ContainerBlueprint, facts: PlanFacts): Step[] {
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
    { ...about, step: 'start-container', created: item.name, ...letting(item, facts) },
  ];
}

/** What a router's container lets through is written as it starts: until then it would let through everything. */
function letting({ node }: NodeContainerItem, { routers }: PlanFacts): Pick<StepOf<'start-container'>, 'router'> {
  const ways = routers?.get(node);
  return ways ? { router: [...ways] } : {};
}

/** Pulls the image first, so that a failed pull leaves the old container running. Requires the identity: without it, the container would come back as another node. */
export function planRenewal(
  item: NodeContainerItem,
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
export function configuredNetworks(node: NodeId, { nodes }: ObservedState): NetworkId[] {
  const memberships = nodes.find((one) => one.node === node)?.memberships;
  return memberships?.known
    ? memberships.value.filter(({ status }) => status === 'OK').map(({ network }) => network)
    : [];
}

export function planRunning(item: NodeContainerItem, { state, engineId }: ObservedContainer, facts: PlanFacts): Step[] {
  const about = { node: item.node, item: item.id };
  if (state === 'paused') return [{ ...about, step: 'unpause-container', engineId }];
  if (state === 'created' || state === 'exited')
    return [{ ...about, step: 'start-container', engineId, ...letting(item, facts) }];
  return [];
}

export function blueprintOf(
  item: NodeContainerItem,
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
    ...(facts.routers?.has(node) && { forwards: true }),
  };
}
