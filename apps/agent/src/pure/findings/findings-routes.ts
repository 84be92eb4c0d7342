import {
  explain,
  explainAgain,
  type AgentFact,
  type MembershipItem,
  type ObservedMembership,
} from '@orrery/shared/contracts';
import type { Conflict } from '../guard/admit-routes.js';
import type { KnownGround } from '../guard/ground.js';
import { admissionOf, isLookedAt } from '../guard/decide-settings.js';
import type { FindingsInput, FoundCause } from './found-cause.js';

/** A network's owner can push thousands: this many are named, the rest are counted. */
const NAMED = 5;
/** Maximum number of events for single conflicts. */
const TOLD = 16;

/** Routes that the networks of the host's own daemon push and this host does not accept. */
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
      ...{ ...about, severity: conflicts.length > 0 ? 'warning' : 'info' },
      ...explain('route-conflict', {
        cause: `left out: ${some([...conflicts.map(inWords), ...barred.map((target) => `${target} (everything, or public addresses)`)])}`,
      }),
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

const noRoom = ({ routes }: ObservedMembership, leftOut: readonly string[]) =>
  explain('routes-left-out/no-room', { routes: routes.length, left: leftOut.length, some: some(leftOut) });

const notAllowed = (denied: readonly string[], { policy }: KnownGround) =>
  explainAgain({
    code: 'policy-denied',
    cause: `the policy of this host does not allow (rule routes): ${some(denied)}`,
    fix: policy?.fix,
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
