import type { AgentFact, MembershipItem, ObservedMembership } from '@orrery/shared/contracts';
import type { Conflict } from '../guard/decide-admission.js';
import type { KnownGround } from '../guard/decide-ground.js';
import { admissionOf, isLookedAt } from '../guard/decide-settings.js';
import { FIXES } from '../assess/outcomes.js';
import type { FindingsInput, FoundCause } from './found-cause.js';

/** A network's owner can push thousands: so many are named, and counted the others. */
const NAMED = 5;
/** Events for single conflicts, at most. */
const TOLD = 16;

/** What the networks of the host's own daemon push and this host does not let in. */
export function findRouteConflicts({ items, observed, ground }: FindingsInput): FoundCause[] {
  if (!ground?.known) return [];
  return items.flatMap((item) => {
    if (item.kind !== 'membership' || item.intent !== 'present' || !isLookedAt(item)) return [];
    const node = observed.nodes.find((one) => one.node === item.node);
    const joined = node?.memberships.known
      ? node.memberships.value.find(({ network }) => network === item.network)
      : undefined;
    if (joined?.status !== 'OK') return [];
    return foundFor(item, joined, ground);
  });
}

function foundFor(item: MembershipItem, joined: ObservedMembership, ground: KnownGround): FoundCause[] {
  const { conflicts, barred, denied, leftOut } = admissionOf(item, joined, ground);
  const about = { node: item.node, network: item.network, item: item.id, holdMs: 0 };
  const found: FoundCause[] = [];
  if (conflicts.length + barred.length > 0)
    found.push({
      ...{ ...about, code: 'route-conflict', severity: conflicts.length > 0 ? 'warning' : 'info' },
      cause: `not let in: ${some([...conflicts.map(inWords), ...barred.map((target) => `${target} (everything, or public addresses)`)])}`,
      fix: FIXES['route-conflict'],
      also: conflicts.slice(0, TOLD).map((conflict) => told(item, conflict)),
    });
  const left = [
    ...(leftOut.length > 0 ? [noRoom(joined, leftOut)] : []),
    ...(denied.length > 0 ? [notAllowed(denied, ground)] : []),
  ];
  if (left.length > 0)
    found.push({
      ...{ ...about, code: 'routes-left-out', severity: 'warning' },
      cause: left.map(({ cause }) => cause).join('; '),
      fix: left.map(({ fix }) => fix).join(' '),
    });
  return found;
}

const noRoom = ({ routes }: ObservedMembership, leftOut: readonly string[]) => ({
  cause: `of ${routes.length} routes that the network pushes ${leftOut.length} have no room in the list: ${some(leftOut)}`,
  fix: 'Join with a list of the wider prefixes that are needed (`--allow-managed`).',
});

const notAllowed = (denied: readonly string[], { policy }: KnownGround) => ({
  cause: `the policy of this host does not let in (rule routes): ${some(denied)}`,
  fix: policy?.fix ?? FIXES['policy-denied'],
});

const inWords = ({ target, hits }: Conflict): string =>
  target === hits.prefix ? `${target} (it is ${hits.what})` : `${target} (it overlaps ${hits.what})`;

const some = (texts: readonly string[]): string =>
  [
    ...texts.slice(0, NAMED),
    ...(texts.length > NAMED ? [`and ${(texts.length - NAMED).toLocaleString('en')} more`] : []),
  ].join(', ');

const told = ({ node, network }: MembershipItem, { target, hits }: Conflict): AgentFact => ({
  type: 'route.conflict',
  data: { node, network, target, hits },
});
