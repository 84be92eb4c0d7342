import { NodeAddress, type NodeId } from '@orrery/shared/contracts';
import type { DaemonNetwork, DaemonPeer } from '../zerotier/local-api.js';

/** One start of a node's zerotier-one, with the peers that its daemon shows. */
export interface HeardLook {
  node: NodeId;
  /** When its container was started. */
  startedAt: string;
  /** Its home was created empty for this start, so it remembers no peer and no configuration from an earlier one. */
  isFirstStart: boolean;
  peers: readonly DaemonPeer[];
  networks: readonly DaemonNetwork[];
  /**
   * The peers whose packets arrived since the start, by any path; undefined if unknown. Called only if nothing else
   * decides.
   */
  received: () => Promise<ReadonlySet<NodeAddress> | undefined>;
}

/**
 * Tracks whether each node has heard from its controller or another node since it was started. Its address in the
 * kernel does not show that, because it may be from before (docs/zerotier-facts.md#endpoints). A root does not count.
 * Once true, it stays true until the next start.
 */
export class HeardNodes {
  readonly #since = new Map<NodeId, string>();

  /** Undefined if unknown. */
  async look({ node, startedAt, isFirstStart, peers, networks, received }: HeardLook): Promise<boolean | undefined> {
    if (this.#since.get(node) === startedAt) return true;
    const others = peers.filter(({ role }) => role === 'LEAF');
    const isDirect = others.some(({ paths }) => paths.some(({ active }) => active));
    const isConfigured = isFirstStart && networks.some(({ status }) => status === 'OK');
    const heard = isDirect || isConfigured || (others.length > 0 && (await this.#isAmong(others, received)));
    if (heard) this.#since.set(node, startedAt);
    return heard;
  }

  /** A peer without a path may be listed because of a file, or because the root was asked for it: its packets are checked. */
  async #isAmong(others: readonly DaemonPeer[], received: HeardLook['received']): Promise<boolean | undefined> {
    const from = await received();
    return from && others.some(({ address }) => from.has(address));
  }
}

/** Reads the senders of packets from the daemon's metrics, which are written every 5 s and reset when it starts. */
export function receivedFrom(metrics: string): Set<NodeAddress> {
  const lines = metrics.matchAll(/^zt_peer_packets\{([^}\n]*)\} ([1-9]\d*)$/gm);
  return new Set(
    [...lines].flatMap(([, labels = '']) =>
      labels.includes('direction="rx"') ? (NodeAddress.safeParse(/node_id="(\w+)"/.exec(labels)?.[1]).data ?? []) : [],
    ),
  );
}
