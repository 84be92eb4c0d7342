import type { ContainerItem, Item, ItemId, NodeId, ObservedState } from '@orrery/shared/contracts';
import type { Step } from '@orrery/shared/machine';
import type { KnownGround } from '../guard/decide-ground.js';
import { mustBeMadeAnew, ownContainer } from '../plan/plan-container.js';
import { judge, routeRule, type Refusal } from './judge.js';
import type { HeldPolicy, Rule } from './policy.js';

/** Why an item may not be, for people. */
export interface Denial {
  rule: string;
  cause: string;
  fix: string;
  /** Not the item itself is denied, but the container that its node is in. */
  isOfContainer: boolean;
  /** For how long it must hold before it is told. */
  holdMs: number;
}
/** A file that is being written cannot be used for a moment. */
export const UNREADABLE_HOLD_MS = 3_000;
export type Denials = ReadonlyMap<ItemId, Denial>;

export interface DenialContext {
  observed: ObservedState;
  /** Image for items that name none. */
  defaultImage: string;
  hasIdentity: (node: NodeId) => boolean;
}

/** Every item that this host's policy does not allow. A denied one blocks no other, but for what would be in a denied container. */
export function denialsOf(items: readonly Item[], held: HeldPolicy, context: DenialContext): Denials {
  const present = items.filter(({ intent }) => intent === 'present');
  if (held.result === 'unreadable') return new Map(present.map(({ id }) => [id, deniedAll(held)]));
  const denials = new Map<ItemId, Denial>();
  const deny = ({ id }: Item, { rule, cause }: Refusal) =>
    denials.set(id, {
      rule,
      cause: `${cause} (rule ${rule})`,
      fix: fixFor(rule, held),
      isOfContainer: false,
      holdMs: 0,
    });
  for (const item of present) {
    const refusal = judge(item, held.policy, { image: imageOf(item, context) });
    if (refusal) deny(item, refusal);
  }
  const { max } = held.policy.containers;
  const judged = present.filter((item): item is ContainerItem => item.kind === 'container' && !denials.has(item.id));
  const cause = `this host allows no more than ${max} containers, and there are as many`;
  for (const item of beyond(max, judged, present, context)) deny(item, { rule: 'containers.max', cause });
  for (const item of present) {
    const container = present.find((other) => other.kind === 'container' && other.node === item.node);
    const denial = container && item !== container ? denials.get(container.id) : undefined;
    if (denial && !denials.has(item.id))
      denials.set(item.id, { ...denial, cause: `its container is denied: ${denial.cause}`, isOfContainer: true });
  }
  return denials;
}

/** The rule of which the guard asks, prefix by prefix, what networks push. Without rules every item is denied, and nothing is admitted. */
export const routesPolicy = (held: HeldPolicy): KnownGround['policy'] =>
  held.result === 'held' ? { mayRoute: routeRule(held.policy), fix: fixFor('routes', held) } : undefined;

const deniedAll = ({ cause, fix }: Extract<HeldPolicy, { result: 'unreadable' }>): Denial => ({
  ...{
    rule: 'policy-unreadable',
    cause: `the policy of this host cannot be used, so nothing is allowed: ${cause}`,
    fix,
  },
  ...{ isOfContainer: false, holdMs: UNREADABLE_HOLD_MS },
});

function fixFor(rule: Rule, { file, isWritten, lines }: Extract<HeldPolicy, { result: 'held' }>): string {
  const line = lines.get(rule) ?? lines.get(rule.replace(/\..*/, ''));
  const where = line === undefined ? file : `${file}, line ${line}`;
  return `Allow it on the host under ${rule} in ${where}${isWritten ? '' : ' (there is none: the defaults hold)'}, or ask for what it allows.`;
}

/** What would really run: a container that only starts again runs what it was made from, whatever the default is by now. */
function imageOf(item: Item, { observed, defaultImage }: DenialContext): string {
  if (item.kind !== 'container') return '';
  const own = ownContainer(item, observed);
  return own && !mustBeMadeAnew(item, own) ? own.image : (item.image ?? defaultImage);
}

/**
 * The containers that are too many. Those that this host has made already come first, so that no new one displaces another; what is
 * here and named by nobody counts, so that forgetting containers makes no room.
 */
function beyond(
  max: number,
  judged: readonly ContainerItem[],
  present: readonly Item[],
  { observed, hasIdentity }: DenialContext,
): ContainerItem[] {
  const counted = new Set<NodeId>(judged.map(({ node }) => node));
  const others = new Set(
    (observed.containers.known ? observed.containers.value : [])
      .filter(({ node }) => hasIdentity(node) && !counted.has(node))
      .map(({ node }) => node),
  );
  const age = (item: ContainerItem) => (hasIdentity(item.node) ? 0 : 1);
  const oldestFirst = judged.toSorted(
    (one, other) => age(one) - age(other) || one.revision - other.revision || (one.id < other.id ? -1 : 1),
  );
  return oldestFirst.slice(Math.max(0, max - others.size));
}

/** Whether a step that was planned a while ago is still allowed, with all that it brings along. */
export function mayStep(step: Step, items: readonly Item[], denials: Denials): boolean {
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
