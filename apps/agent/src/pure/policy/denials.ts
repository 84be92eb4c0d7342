import {
  explain,
  isOfContainer,
  type NodeContainerItem,
  type Item,
  type ItemId,
  type NodeId,
  type ObservedState,
  type RouterWay,
} from '@orrery/shared/contracts';
import type { Step } from '@orrery/shared/machine';
import type { KnownGround } from '../guard/ground.js';
import { mustBeMadeAnew, ownContainer } from '../plan/node-container.js';
import { workloadOf } from '../plan/plan-attachment.js';
import { judge, mayOpen, NO_WORKLOADS, routeRule, type Refusal } from './judge.js';
import type { HeldPolicy } from './policy.js';

/** Why an item is not allowed, for people. */
export interface Denial {
  rule: string;
  cause: string;
  fix: string;
  /** True when not the item itself is denied, but the container of its node. */
  isOfContainer: boolean;
  /** Of a router: those of its prefixes that are allowed. */
  allowed?: string[];
  /** How long it must hold before it is reported. */
  holdMs: number;
}
/** A file that is being written is unusable for a moment. */
export const UNREADABLE_HOLD_MS = 3_000;
export type Denials = ReadonlyMap<ItemId, Denial>;

export interface DenialContext {
  observed: ObservedState;
  /** Image for items that do not name one. */
  defaultImage: string;
  hasIdentity: (node: NodeId) => boolean;
}

/** Every item that this host's policy denies. A denied item does not block others, except for those in a denied container. */
export function denialsOf(items: readonly Item[], held: HeldPolicy, context: DenialContext): Denials {
  const present = items.filter(({ intent }) => intent === 'present');
  if (held.result === 'unreadable') return new Map(present.map(({ id }) => [id, deniedAll(held)]));
  const denials = new Map<ItemId, Denial>();
  const deny = (item: Item, refusal: Refusal) =>
    denials.set(item.id, {
      ...{ rule: refusal.rule, ...denialBy(refusal, held), isOfContainer: false, holdMs: 0 },
      ...(item.kind === 'router' && { allowed: item.prefixes.filter((cidr) => mayOpen(held.policy, cidr)) }),
    });
  const attachments = new Map(present.flatMap((item) => (item.kind === 'attachment' ? [[item.node, item]] : [])));
  for (const item of present) {
    const attachment = attachments.get(item.node);
    const workload = attachment && workloadOf(attachment, context.observed);
    const refusal = judge(item, held.policy, { image: imageOf(item, present, context), workload });
    if (refusal) deny(item, refusal);
  }
  const { max } = held.policy.containers;
  const judged = present.filter(isOfContainer).filter(({ id }) => !denials.has(id));
  const cause = `this host allows at most ${max} ${max === 1 ? 'container' : 'containers'}, and already has as many`;
  for (const item of beyond(max, judged, present, context)) deny(item, { rule: 'containers.max', cause });
  for (const item of present) {
    const container = present.filter(isOfContainer).find(({ node }) => node === item.node);
    const denial = container && item !== container ? denials.get(container.id) : undefined;
    if (denial && !denials.has(item.id))
      denials.set(item.id, { ...denial, cause: `its container is denied: ${denial.cause}`, isOfContainer: true });
  }
  return denials;
}

/** The rule that the guard checks pushed prefixes with. Without rules every item is denied, and nothing is admitted. */
export const routesPolicy = (held: HeldPolicy): KnownGround['policy'] =>
  held.result === 'held'
    ? { mayRoute: routeRule(held.policy), fix: denialBy({ rule: 'routes', cause: '' }, held).fix }
    : undefined;

const deniedAll = ({ cause, fix }: Extract<HeldPolicy, { result: 'unreadable' }>): Denial => ({
  ...{
    rule: 'policy-unreadable',
    cause: `cannot use the policy of this host, so nothing is allowed: ${cause}`,
    fix,
  },
  ...{ isOfContainer: false, holdMs: UNREADABLE_HOLD_MS },
});

type Held = Extract<HeldPolicy, { result: 'held' }>;

function denialBy({ rule, cause: why, label }: Refusal, { file, isWritten, lines }: Held) {
  const cause = `${why} (rule ${rule})`;
  const line = lines.get(rule) ?? lines.get(rule.replace(/\..*/, ''));
  const place = line === undefined ? file : `${file}, line ${line}`;
  const where = isWritten ? place : `${place} (it does not exist, so the defaults apply)`;
  const { fix } = label
    ? explain('policy-denied/label', { cause, ...label, where })
    : explain('policy-denied/rule', { cause, rule, where });
  return { cause, fix };
}

/** Whether anything may be attached on this host. Otherwise nobody looks at the workloads that items name. */
export const allowsWorkloads = (held: HeldPolicy): boolean =>
  held.result === 'held' && held.policy.workloads !== 'none';

/** The observation, with the reason at each workload that nothing may be attached to: the same words as for an item. */
export function denyWorkloads(observed: ObservedState, held: HeldPolicy): ObservedState {
  const { workloads } = observed;
  if (!workloads?.known || allowsWorkloads(held)) return observed;
  const { cause, fix } = held.result === 'held' ? denialBy(NO_WORKLOADS, held) : deniedAll(held);
  const denied = { code: 'policy-denied' as const, cause, fix };
  return { ...observed, workloads: { known: true, value: workloads.value.map((one) => ({ ...one, denied })) } };
}

/** The image that would really run: a container that is only restarted runs what it was created from, whatever the default is by now. */
function imageOf(item: Item, present: readonly Item[], { observed, defaultImage }: DenialContext): string {
  if (!isOfContainer(item)) return '';
  const own = ownContainer(item, observed);
  const isRouter = present.some(({ kind, node }) => kind === 'router' && node === item.node);
  return own && !mustBeMadeAnew(item, own, isRouter && item.kind === 'container')
    ? own.image
    : (item.image ?? defaultImage);
}

/**
 * The containers that exceed the limit. Those that this host has already created come first, so that no new one displaces another.
 * Containers that exist but are no longer desired count too, so that forgetting containers frees no place.
 */
function beyond(
  max: number,
  judged: readonly NodeContainerItem[],
  present: readonly Item[],
  { observed, hasIdentity }: DenialContext,
): NodeContainerItem[] {
  const counted = new Set<NodeId>(judged.map(({ node }) => node));
  const others = new Set(
    (observed.containers.known ? observed.containers.value : [])
      .filter(({ node }) => hasIdentity(node) && !counted.has(node))
      .map(({ node }) => node),
  );
  const age = (item: NodeContainerItem) => (hasIdentity(item.node) ? 0 : 1);
  const oldestFirst = judged.toSorted(
    (one, other) => age(one) - age(other) || one.revision - other.revision || (one.id < other.id ? -1 : 1),
  );
  return oldestFirst.slice(Math.max(0, max - others.size));
}

/**
 * The items that the policy allows. The others are treated as if nobody had named them: neither created nor removed. A router with some
 * prefixes that are allowed is one for these, so that whatever the policy allows no longer is closed, and nothing else is.
 */
export const allowedItems = (items: readonly Item[], denials: Denials): Item[] =>
  items.flatMap((item) => {
    const denial = denials.get(item.id);
    if (!denial) return [item];
    const { allowed = [] } = denial;
    return item.kind === 'router' && allowed.length > 0 ? [{ ...item, prefixes: allowed }] : [];
  });

/** Whether a step that was planned earlier is still allowed, with everything that it brings along. */
export function mayStep(step: Step, items: readonly Item[], denials: Denials): boolean {
  if ('ways' in step || 'router' in step) {
    const ways = 'ways' in step ? step.ways : (step.router ?? []);
    if (!ways.every((way) => mayLetThrough(step.node, way, items, denials))) return false;
  }
  if (step.step === 'configure-router') return true;
  if (denials.has(step.item)) return false;
  if (step.step !== 'create-container') return true;
  const { memberships } = step.blueprint;
  return !items.some(
    (item) =>
      item.kind === 'membership' &&
      item.node === step.node &&
      denials.has(item.id) &&
      memberships.some(({ network }) => network === item.network),
  );
}

function mayLetThrough(node: NodeId, { network, prefixes }: RouterWay, items: readonly Item[], denials: Denials) {
  const routers = allowedItems(items, denials).filter((item) => item.kind === 'router' && item.intent === 'present');
  return routers.some(
    (item) =>
      item.kind === 'router' &&
      item.node === node &&
      item.network === network &&
      prefixes.every((prefix) => item.prefixes.includes(prefix)),
  );
}
