import type { AgentFact, NodeId, ObservedMembership, Part } from '@orrery/shared/contracts';
import { byKey, differs } from './diff-lists.js';

/** Changes in the networks of a daemon, as the daemon reports them. Each change yields one fact: the most specific. */
export function diffMemberships(
  node: NodeId,
  before: Part<ObservedMembership[]>,
  after: Part<ObservedMembership[]>,
): AgentFact[] {
  if (!before.known || !after.known) return [];
  const was = byKey(before.value, ({ network }) => network);
  const is = byKey(after.value, ({ network }) => network);
  const left = before.value.filter(({ network }) => !is.has(network));
  return [
    ...left.map(({ network }): AgentFact => ({ type: 'network.left', data: { node, network, after: null } })),
    ...after.value.flatMap((membership) => changed(node, was.get(membership.network), membership)),
  ];
}

function changed(node: NodeId, before: ObservedMembership | undefined, after: ObservedMembership): AgentFact[] {
  const data = { node, network: after.network, after };
  const told = statusFact(before?.status, after);
  const facts: AgentFact[] = before ? [] : [{ type: 'network.joined', data }];
  if (told) facts.push({ type: told, data });
  else if (before && differs(before, after)) facts.push({ type: 'network.changed', data });
  return facts;
}

type StatusFact = 'authorization.requested' | 'authorization.granted' | 'authorization.revoked' | 'network.not-found';

/** What a new status says about authorization. The daemon reports it late (docs/zerotier-facts.md#status): this is its view, not its controller's. */
function statusFact(
  before: ObservedMembership['status'] | undefined,
  after: ObservedMembership,
): StatusFact | undefined {
  if (before === after.status) return undefined;
  switch (after.status) {
    case 'ACCESS_DENIED':
      return before === 'OK' ? 'authorization.revoked' : 'authorization.requested';
    case 'NOT_FOUND':
      return 'network.not-found';
    case 'OK':
      return wasWithout(before, after) ? 'authorization.granted' : undefined;
    default:
      return undefined;
  }
}

/** A public network grants nothing, unless it was private when it refused. */
const wasWithout = (before: ObservedMembership['status'] | undefined, after: ObservedMembership): boolean =>
  before === 'ACCESS_DENIED' ||
  before === 'AUTHENTICATION_REQUIRED' ||
  (after.type === 'PRIVATE' && (before === undefined || before === 'REQUESTING_CONFIGURATION'));
