import type { NodeId } from '@orrery/shared/contracts';
import type { NodeEvidence, PeerEvidence } from '@orrery/shared/machine';

type Side = 'anybody' | 'roots';

/** A root is heard about once a minute, so one that is silent for longer may be so for good. */
const DOUBT_MS = 65_000;
/** Until then it was found, or there is another reason. */
const DECIDED_MS = 120_000;

/**
 * For how long nodes have not heard from anybody, or from any root. A daemon says when it last heard from a peer, but not
 * when it was started: for a node that has heard from nobody, this counts from the first look that showed it.
 */
export class Silences {
  #since = new Map<NodeId, Record<Side, number> & { isNew: boolean }>();

  /** Nodes that cannot be seen keep what was known of them. */
  observed(nodes: readonly NodeEvidence[], now: number): void {
    this.#since = new Map(
      nodes.flatMap(({ node, peers }) => {
        const before = this.#since.get(node);
        if (!peers.known) return before ? [[node, before] as const] : [];
        const roots = peers.value.filter(({ isRoot }) => isRoot);
        const heard = lastHeard(peers.value, now);
        const next = {
          isNew: heard === undefined && peers.value.length > 0,
          anybody: heard ?? before?.anybody ?? now,
          roots: lastHeard(roots, now) ?? before?.roots ?? now,
        };
        return [[node, next] as const];
      }),
    );
  }

  lastsMs(node: NodeId, to: Side, now: number): number {
    const since = this.#since.get(node)?.[to];
    return since === undefined ? 0 : now - since;
  }

  /** Whether it may soon have been silent for long, so that another look is worth it. */
  isDoubtful(node: NodeId, now: number): boolean {
    const { isNew = false } = this.#since.get(node) ?? {};
    const lasts = this.lastsMs(node, 'anybody', now);
    return (isNew || lasts >= DOUBT_MS) && lasts < DECIDED_MS;
  }
}

function lastHeard(peers: readonly PeerEvidence[], now: number): number | undefined {
  const ages = peers.flatMap(({ heardMsAgo }) => (heardMsAgo === null ? [] : [heardMsAgo]));
  return ages.length > 0 ? now - Math.min(...ages) : undefined;
}
