import {
  interfaceName,
  type Item,
  isOfContainer,
  type MembershipItem,
  type NodeContainerItem,
  type ObservedState,
  type RouterItem,
  type Stage,
} from '@orrery/shared/contracts';
import type { StepName } from '@orrery/shared/machine';
import { ownContainer } from '../plan/node-container.js';

export interface ReachedStage {
  stage: Stage;
  detail: string;
}

/** The stage that an item reaches when this step succeeds; the other stages are observed. */
export const STAGE_OF_STEP: Partial<Record<StepName, Stage>> = {
  'mint-identity': 'identity',
  'create-container': 'created',
  'start-container': 'started',
  'stop-container': 'stopped',
  'remove-container': 'removed',
  'leave-network': 'left',
};

/**
 * The stages of a launch or join that were visibly reached, in order. `told`: stages of this revision that steps reported. A running
 * container that was created for this revision has been started, even if the step that starts it is still waiting.
 */
export function reachedStages(item: Item, observed: ObservedState, told: readonly Stage[] = []): ReachedStage[] {
  if (item.intent === 'absent') return [];
  if (item.kind === 'router') return routerStages(item, observed);
  return isOfContainer(item) ? containerStages(item, observed, told) : membershipStages(item, observed);
}

function routerStages({ node: id, network, prefixes }: RouterItem, observed: ObservedState): ReachedStage[] {
  const router = observed.nodes.find(({ node }) => node === id)?.router;
  const way = router?.known ? router.value.ways?.find((one) => one.network === network) : undefined;
  const isOpen = way !== undefined && prefixes.every((prefix) => way.prefixes.includes(prefix));
  return isOpen ? [{ stage: 'forwarding', detail: prefixes.join(' ') }] : [];
}

function containerStages(item: NodeContainerItem, observed: ObservedState, told: readonly Stage[]): ReachedStage[] {
  const own = ownContainer(item, observed);
  if (own?.state !== 'running' || own.incarnation !== item.incarnation) return [];
  const stages: ReachedStage[] = told.includes('created') ? [{ stage: 'started', detail: '' }] : [];
  const daemon = observed.nodes.find(({ node }) => node === item.node)?.daemon;
  if (daemon?.known) stages.push({ stage: 'daemon', detail: daemon.value.address });
  if (daemon?.known && daemon.value.heard) stages.push({ stage: 'heard', detail: '' });
  return stages;
}

function membershipStages(item: MembershipItem, observed: ObservedState): ReachedStage[] {
  const node = observed.nodes.find((one) => one.node === item.node);
  const joined = node?.memberships.known
    ? node.memberships.value.find(({ network }) => network === item.network)
    : undefined;
  if (!node || !joined) return [];
  const stages: ReachedStage[] = [{ stage: 'joined', detail: item.network }];
  if (joined.status === 'ACCESS_DENIED') stages.push({ stage: 'authorization', detail: item.network });
  if (joined.status !== 'OK' || !node.interfaces.known) return stages;
  stages.push({ stage: 'authorized', detail: joined.name });
  const device = joined.device ?? interfaceName(item.network);
  const shown = node.interfaces.value.find((one) => one.device === device);
  if (shown?.up) stages.push({ stage: 'interface', detail: device });
  if (shown?.up && shown.addresses.length > 0) stages.push({ stage: 'address', detail: shown.addresses.join(' ') });
  return stages;
}
