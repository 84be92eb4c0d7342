import type {
  AttachmentItem,
  Item,
  ItemId,
  MembershipItem,
  NetworkId,
  ObservedContainer,
  ObservedState,
  ObservedWorkload,
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
import type { PlanFacts } from './plan-facts.js';

interface Around {
  memberships: readonly MembershipItem[];
  observed: ObservedState;
  facts: PlanFacts;
}

/** The item's workload, if the engine shows it. */
export const workloadOf = ({ workload }: AttachmentItem, { workloads }: ObservedState): ObservedWorkload | undefined =>
  workloads?.known ? workloads.value.find((one) => one.workload === workload) : undefined;

/**
 * Attachments whose workload is attached by another one: a container can be named in two ways. The one that is inside
 * already keeps it, else the one with the lower ID.
 */
export function attachedTwice(items: readonly Item[], observed: ObservedState): Map<ItemId, AttachmentItem> {
  const rivals = new Map<string, AttachmentItem[]>();
  for (const item of items) {
    if (item.kind !== 'attachment' || item.intent === 'absent') continue;
    const engineId = workloadOf(item, observed)?.engineId;
    if (engineId !== undefined) rivals.set(engineId, [...(rivals.get(engineId) ?? []), item]);
  }
  const losers = [...rivals].flatMap(([engineId, several]) => {
    const isOutside = (item: AttachmentItem) => Number(ownContainer(item, observed)?.inside !== engineId);
    const [first, ...others] = several.toSorted(
      (one, other) => isOutside(one) - isOutside(other) || (one.id < other.id ? -1 : 1),
    );
    return first ? others.map(({ id }) => [id, first] as const) : [];
  });
  return new Map(losers);
}

/** Its container would be a second node in one network namespace. */
export function planTwice(item: AttachmentItem, observed: ObservedState): Step[] {
  const own = ownContainer(item, observed);
  const { node, id, name } = item;
  return own ? [{ step: 'remove-container', node, item: id, engineId: own.engineId, name }] : [];
}

/**
 * Whether a node runs in a network namespace that its workload no longer has: that of an earlier container, or of an
 * earlier start. zerotier-one goes on there and reports that all is well (docs/zerotier-facts.md#attached).
 */
export function isElsewhere(item: AttachmentItem, own: ObservedContainer, observed: ObservedState): boolean {
  const workload = workloadOf(item, observed);
  if (!workload) return false;
  if (own.inside !== workload.engineId) return true;
  if (own.state !== 'running') return false;
  return workload.state !== 'running' || own.apart === true || isOlder(own.startedAt, workload.startedAt);
}

/**
 * A namespace lasts from the start of its container to its end, so what joined it was started later. This holds as long as
 * nobody changes the clock, and where the agent cannot look at the namespaces themselves.
 */
const isOlder = (one: string | null, other: string | null): boolean =>
  one !== null && other !== null && Date.parse(one) < Date.parse(other);

/**
 * The networks whose configurations the next container gets. A daemon that was stopped with its workload tells of none; those
 * that it had stored are what it would start with itself.
 */
function keptNetworks(
  { node }: AttachmentItem,
  memberships: readonly MembershipItem[],
  observed: ObservedState,
): NetworkId[] {
  const seen = observed.nodes.find((one) => one.node === node)?.memberships;
  if (seen?.known) return configuredNetworks(node, observed);
  return memberships.filter(({ intent }) => intent === 'present').map(({ network }) => network);
}

/**
 * The container of an attachment comes and goes with its workload. While the workload does not run it is kept, stopped:
 * it starts faster than a new one.
 */
export function planAttachment(
  item: AttachmentItem,
  own: ObservedContainer | undefined,
  { memberships, observed, facts }: Around,
): Step[] {
  if (!observed.workloads?.known) return [];
  const about = { node: item.node, item: item.id };
  const workload = workloadOf(item, observed);
  const removal: Step | undefined = own && {
    ...about,
    step: 'remove-container',
    engineId: own.engineId,
    name: item.name,
  };
  if (workload?.unsuitable) return removal ? [removal] : [];
  const keeps = keptNetworks(item, memberships, observed);
  // It may be back in a moment: `docker rm` and `docker run`.
  if (!workload) return removal ? [{ ...removal, keeps }] : [];
  const stop: Step[] = own?.state === 'running' ? [{ ...about, step: 'stop-container', engineId: own.engineId }] : [];
  // A paused workload keeps its namespace.
  if (workload.state === 'paused') return [];
  if (workload.state !== 'running') return stop;
  const { engineId } = workload;
  const blueprint = { ...blueprintOf(item, memberships, facts), inside: { workload: item.workload, engineId } };
  if (!own) return planCreation(item, blueprint, facts);
  if (own.inside !== engineId || mustBeMadeAnew(item, own, false))
    return planRenewal(item, { own, blueprint, keeps }, facts);
  if (!isElsewhere(item, own, observed)) return planRunning(item, own, facts);
  return [...stop, { ...about, step: 'start-container', engineId: own.engineId }];
}
