import type {
  AgentFact,
  NetworkId,
  NodeId,
  ObservedMembership,
  ObservedNode,
  ObservedState,
  Part,
} from '@orrery/shared/contracts';

/**
 * What is reported when the journal is full: only changes of authorization. For everything else `before` stays as it was, so that the
 * next difference covers the time in between: states coalesce, and nothing is dropped silently.
 */
export function underPressure(
  before: ObservedState,
  after: ObservedState,
  facts: readonly AgentFact[],
): { facts: AgentFact[]; before: ObservedState } {
  const kept = facts.filter(authorized);
  const told = new Set(kept.map(authorized));
  const changed = after.nodes.flatMap((now) => {
    const { node, memberships } = now;
    if (!memberships.known || !memberships.value.some(({ network }) => told.has(`${node}/${network}`))) return [];
    const was = before.nodes.find((one) => one.node === node) ?? untold(now);
    const known = was.memberships.known ? was.memberships.value : [];
    return [{ ...was, memberships: withTold(node, known, memberships.value, told) }];
  });
  const others = before.nodes.filter(({ node }) => !changed.some((one) => one.node === node));
  return { facts: kept, before: { ...before, nodes: [...others, ...changed] } };
}

/** A node of which only authorizations were reported. */
function untold({ node, kind }: ObservedNode): ObservedNode {
  const part = { known: false, code: 'unexpected', cause: 'not reported yet' } as const;
  return { node, kind, daemon: part, memberships: part, interfaces: part, peers: part };
}

/** The membership that an authorization fact is about, as `node/network`; undefined for any other fact. */
const authorized = ({ type, data }: AgentFact): string | undefined =>
  type.startsWith('authorization.') && 'network' in data ? `${data.node}/${data.network}` : undefined;

function withTold(
  node: NodeId,
  before: readonly ObservedMembership[],
  after: readonly ObservedMembership[],
  told: ReadonlySet<string | undefined>,
): Part<ObservedMembership[]> {
  const isTold = (network: NetworkId) => told.has(`${node}/${network}`);
  return {
    known: true,
    value: [...before.filter(({ network }) => !isTold(network)), ...after.filter(({ network }) => isTold(network))],
  };
}
