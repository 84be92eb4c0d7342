import { NodeAddress, type NodeId, type ObservedPeer } from '@orrery/shared/contracts';

/** One start of a node's zerotier-one, and what its daemon shows of whom it knows. */
export interface HeardLook {
  node: NodeId;
  /** Of its container. */
  startedAt: string;
  /** Its home was made for this start, so that no peer in it is remembered from another one. */
  isFirstStart: boolean;
  peers: readonly ObservedPeer[];
  /** From whom packets came since the start, in any way; undefined: nobody knows. Asked only when nothing else tells. */
  received: () => Promise<ReadonlySet<NodeAddress> | undefined>;
}

/**
 * Whether a node has heard from its controller or another node since it was started: an address in the kernel is what it had before, and
 * says nothing about that (docs/zerotier-facts.md#endpoints). A root does not count. Once heard, it stays so until the next start.
 */
export class HeardNodes {
  readonly #since = new Map<NodeId, string>();

  /** Undefined: nobody knows. */
  async look({ node, startedAt, isFirstStart, peers, received }: HeardLook): Promise<boolean | undefined> {
    if (this.#since.get(node) === startedAt) return true;
    const others = peers.filter(({ role }) => role === 'LEAF');
    const isSeen = others.some(({ path }) => path === 'direct') || (isFirstStart && others.length > 0);
    const heard = isSeen || (others.length > 0 && (await this.#isAmong(others, received)));
    if (heard) this.#since.set(node, startedAt);
    return heard;
  }

  /** A relayed peer is listed by what a file says of it, too. */
  async #isAmong(others: readonly ObservedPeer[], received: HeardLook['received']): Promise<boolean | undefined> {
    const from = await received();
    return from && others.some(({ address }) => from.has(address));
  }
}

/** Of the daemon's metrics, which are written every 5 s and begin anew with it. */
export function receivedFrom(metrics: string): Set<NodeAddress> {
  const lines = metrics.matchAll(/^zt_peer_packets\{([^}\n]*)\} ([1-9]\d*)$/gm);
  return new Set(
    [...lines].flatMap(([, labels = '']) =>
      labels.includes('direction="rx"') ? (NodeAddress.safeParse(/node_id="(\w+)"/.exec(labels)?.[1]).data ?? []) : [],
    ),
  );
}
