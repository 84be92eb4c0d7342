import {
  type Item,
  type NodeAddress,
  type NodeId,
  type ObservedMembership,
  type ObservedState,
  interfaceName,
  type MembershipSettings,
  type NetworkId,
  type RouterWay,
} from '@orrery/shared/contracts';
import type { ContainerBlueprint, Step } from '@orrery/shared/machine';
import type { PlanFacts } from './plan-facts.js';
import { plan } from './plan.js';

/** The result of a plan's steps if all goes well: shown by a dry run, and used by tests to check `plan`. */
export interface Predicted {
  observed: ObservedState;
  images: ReadonlySet<string>;
  identities: ReadonlySet<NodeId>;
  /** `networks.d` of containers that were created and not started. */
  initial: ReadonlyMap<NodeId, ContainerBlueprint['memberships']>;
}

/** Limit of rounds until nothing is left to do; a plan that has not finished by then never would. */
const MAX_ROUNDS = 12;

export function planToTheEnd(desired: readonly Item[], observed: ObservedState, facts: PlanFacts): Step[] {
  let state: Predicted = { observed, images: new Set(), identities: new Set(), initial: new Map() };
  const forgotten = new Set<NodeId>();
  const given = new Set<NodeAddress>();
  const steps: Step[] = [];
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const { images, identities } = state;
    const next = plan(desired, state.observed, {
      ...facts,
      lacksInKernel: () => false,
      imagePresent: (image) => images.has(image) || facts.imagePresent(image),
      isFree: (address) => !given.has(address) && facts.isFree?.(address) === true,
      hasIdentity: (node) => identities.has(node) || (facts.hasIdentity(node) && !forgotten.has(node)),
    });
    if (next.length === 0) break;
    for (const step of next) {
      if (step.step === 'forget-identity') forgotten.add(step.node);
      if ('identity' in step && step.identity) given.add(step.identity);
      state = predict(state, step);
    }
    steps.push(...next);
  }
  return steps;
}

export function predict(state: Predicted, step: Step): Predicted {
  switch (step.step) {
    case 'pull-image':
      return { ...state, images: new Set([...state.images, step.image]) };
    case 'mint-identity':
      return { ...state, identities: new Set([...state.identities, step.node]) };
    case 'forget-identity':
      return { ...state, identities: new Set([...state.identities].filter((node) => node !== step.node)) };
    case 'create-container':
      return created(state, step.blueprint);
    case 'start-container':
      return letting(started(state, 'created' in step ? newContainer(step.node) : step.engineId), step, step.router);
    case 'unpause-container':
      return started(state, step.engineId);
    case 'stop-container':
      return stopped(state, step.engineId);
    case 'remove-container':
      return removed(state, step.engineId);
    case 'join-network':
    case 'configure-network':
    case 'repair-network':
      return withMemberships(state, step.node, (was) => [
        ...was.filter(({ network }) => network !== step.network),
        joined(step.network, step.settings),
      ]);
    case 'configure-router':
      return letting(state, step, step.ways);
    case 'leave-network':
      return withMemberships(state, step.node, (was) => was.filter(({ network }) => network !== step.network));
  }
}

/** Whatever is started in a prediction is started after everything that was observed. */
const NEVER_OLDER = '9999-12-31T23:59:59.000Z';

const newContainer = (node: NodeId) => `new-${node}`;

type Containers = Extract<ObservedState['containers'], { known: true }>['value'];

const withContainers = (state: Predicted, change: (was: Containers) => Containers): Predicted =>
  state.observed.containers.known
    ? {
        ...state,
        observed: { ...state.observed, containers: { known: true, value: change(state.observed.containers.value) } },
      }
    : state;

function created(state: Predicted, blueprint: ContainerBlueprint): Predicted {
  const { item, node, name, image, limits, incarnation, memberships, inside } = blueprint;
  const container: Containers[number] = {
    ...{ item, node, name, image, limits, incarnation, ours: true, engineId: newContainer(node), imageId: image },
    ...{ state: 'created', startedAt: null, exitCode: null, oomKilled: false },
    ...(inside && { inside: inside.engineId }),
    ...(blueprint.forwards && { forwards: true }),
  };
  const initial = new Map([...state.initial, [node, memberships] as const]);
  return withContainers({ ...state, initial }, (was) => [...was, container]);
}

function started(state: Predicted, engineId: string): Predicted {
  const running = withContainers(state, (was) =>
    was.map((container) =>
      container.engineId === engineId ? { ...container, state: 'running', startedAt: NEVER_OLDER } : container,
    ),
  );
  const { containers } = running.observed;
  const container = containers.known ? containers.value.find((one) => one.engineId === engineId) : undefined;
  const initial = container && state.initial.get(container.node);
  if (!container || !initial) return running;
  const node: ObservedState['nodes'][number] = {
    node: container.node,
    kind: 'container',
    daemon: { known: true, value: { address: '0000000000', version: '', online: false } },
    memberships: { known: true, value: initial.map(({ network, settings }) => joined(network, settings)) },
    interfaces: { known: true, value: [] },
    peers: { known: true, value: [] },
  };
  const others = running.observed.nodes.filter((one) => one.node !== node.node);
  return { ...running, observed: { ...running.observed, nodes: [...others, node] } };
}

function letting(state: Predicted, { node }: Step, ways: RouterWay[] | undefined): Predicted {
  if (!ways) return state;
  const router = { known: true as const, value: { forwards: true, ways } };
  const nodes = state.observed.nodes.map((one) => (one.node === node ? { ...one, router } : one));
  return { ...state, observed: { ...state.observed, nodes } };
}

function stopped(state: Predicted, engineId: string): Predicted {
  return withContainers(state, (was) =>
    was.map((container) => (container.engineId === engineId ? { ...container, state: 'exited' } : container)),
  );
}

function removed(state: Predicted, engineId: string): Predicted {
  return withContainers(state, (was) => was.filter((container) => container.engineId !== engineId));
}

function withMemberships(
  state: Predicted,
  node: NodeId,
  change: (was: ObservedMembership[]) => ObservedMembership[],
): Predicted {
  const nodes = state.observed.nodes.map((one) =>
    one.node === node && one.memberships.known
      ? { ...one, memberships: { known: true as const, value: change(one.memberships.value) } }
      : one,
  );
  return { ...state, observed: { ...state.observed, nodes } };
}

function joined(network: NetworkId, { allowManaged, ...flags }: MembershipSettings): ObservedMembership {
  return {
    ...{ network, name: '', type: 'PRIVATE', status: 'REQUESTING_CONFIGURATION', device: interfaceName(network) },
    ...{ mac: '', mtu: 2800, addresses: [], routes: [], bridge: false, authenticationUrl: null },
    ...flags,
    allowManaged: allowManaged !== false,
    allowManagedList: Array.isArray(allowManaged) ? allowManaged : null,
  };
}
