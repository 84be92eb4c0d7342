import type { NodeId, ObservedNode, ObservedPeer, ObservedState } from '@orrery/shared/contracts';
import { Holds } from '../holds.js';
import { byKey } from './diff-lists.js';
import { hasLostItsContainer } from './diff-nodes.js';

/** A latency is worth an event only beyond both: a share of the reported one, and milliseconds. */
const SHARE = 0.3;
const LEAST_MS = 5;
/** How long a new endpoint or latency, or the absence of a peer, must last. */
const HOLD_MS = 60_000;

/**
 * The paths to report. Whether a peer is reached directly or relayed counts at once, and so does whether it answers. Latencies vary with
 * every look, a daemon with two good paths switches between their endpoints, and it lists a silent peer on and off; each of these counts
 * only once it has lasted for a minute. So an unchanged path causes no events, and one that only varies causes at most one a minute.
 */
export class ToldPaths {
  readonly #holds = new Holds<string>();

  /** The observation with peers as they are to be reported: `diff` compares it with `before`, what was reported last. */
  of(before: ObservedState | undefined, after: ObservedState, now: number): ObservedState {
    if (!before) return after;
    const was = byKey(
      before.nodes.filter((node) => !hasLostItsContainer(node, before, after)),
      ({ node }) => node,
    );
    const nodes = after.nodes.map((node) => this.#ofNode(was.get(node.node), node, now));
    const all = [...before.nodes, ...nodes];
    this.#holds.keepOnly(
      all.flatMap(({ node, peers }) => (peers.known ? peers.value.map((peer) => keyOf(node, peer)) : [])),
    );
    return { ...after, nodes };
  }

  #ofNode(before: ObservedNode | undefined, after: ObservedNode, now: number): ObservedNode {
    if (!before?.peers.known || !after.peers.known) return after;
    const was = byKey(before.peers.value, ({ address }) => address);
    const is = byKey(after.peers.value, ({ address }) => address);
    const settle = (peer: ObservedPeer) => this.#holds.heldFor(keyOf(after.node, peer), NOTHING, now);
    const lasts = (peer: ObservedPeer, change: string) =>
      this.#holds.heldFor(keyOf(after.node, peer), change, now) >= HOLD_MS && change !== NOTHING;
    const missing = before.peers.value.filter((peer) => !is.has(peer.address) && !lasts(peer, 'missing'));
    const listed = after.peers.value.map((peer) => {
      const told = was.get(peer.address);
      const isNew = !told || told.path !== peer.path || told.role !== peer.role || told.silent !== peer.silent;
      if (isNew || lasts(peer, changeOf(told, peer))) {
        settle(peer);
        return peer;
      }
      const { endpoint: _now, ...rest } = peer;
      const { endpoint } = told;
      return { ...rest, latencyMs: told.latencyMs, ...(endpoint !== undefined && { endpoint }) };
    });
    return { ...after, peers: { known: true, value: [...listed, ...missing] } };
  }
}

const keyOf = (node: NodeId, { address }: ObservedPeer) => `${node}/${address}`;

const NOTHING = '';

/** What is worth reporting once it lasts. A varying latency is one change, however it varies. */
function changeOf(told: ObservedPeer, peer: ObservedPeer): string {
  if (told.endpoint !== peer.endpoint) return `at ${peer.endpoint}`;
  return isOtherLatency(told.latencyMs, peer.latencyMs) ? 'latency' : NOTHING;
}

function isOtherLatency(told: number | null, now: number | null): boolean {
  if (told === null || now === null) return told !== now;
  const difference = Math.abs(now - told);
  return difference > SHARE * told && difference > LEAST_MS;
}
