import { createHash } from 'node:crypto';
import type { ObservedPeer, ObservedState, Part } from '@orrery/shared/contracts';
import { canonical } from '../pure/diff/diff-lists.js';

/**
 * SHA-256 of an observation, without values that always vary, so that an unchanged host has the same hash each time.
 */
export function inventoryHash(state: ObservedState): string {
  return createHash('sha256')
    .update(canonical(steady(state)), 'utf8')
    .digest('hex');
}

function steady(state: ObservedState): ObservedState {
  return inOrder({ ...state, nodes: state.nodes.map((node) => ({ ...node, peers: withoutFigures(node.peers) })) });
}

/** The observation with sorted lists. */
export function inOrder(state: ObservedState): ObservedState {
  const nodes = state.nodes.map((node) => ({
    ...node,
    memberships: sorted(node.memberships, ({ network }) => network),
    interfaces: sorted(node.interfaces, ({ device }) => device),
    peers: sorted(node.peers, ({ address }) => address),
  }));
  return {
    ...state,
    containers: sorted(state.containers, ({ engineId }) => engineId),
    ...(state.workloads && { workloads: sorted(state.workloads, ({ workload }) => workload) }),
    nodes: nodes.sort((one, other) => compare(one.node, other.node)),
  };
}

/** Without latencies and endpoints, which vary although nothing changes. */
const withoutFigures = (peers: Part<ObservedPeer[]>): Part<ObservedPeer[]> =>
  peers.known
    ? {
        known: true,
        value: peers.value.map(({ endpoint: _endpoint, ...peer }) => ({ ...peer, latencyMs: null })),
      }
    : peers;

const sorted = <T>(part: Part<T[]>, keyOf: (one: T) => string): Part<T[]> =>
  part.known ? { known: true, value: [...part.value].sort((one, other) => compare(keyOf(one), keyOf(other))) } : part;

const compare = (one: string, other: string) => (one < other ? -1 : one > other ? 1 : 0);
