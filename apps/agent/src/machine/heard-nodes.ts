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

/** What a node has heard since it was started. */
export interface Heard {
  /** From its controller or another node; undefined if unknown. */
  isAnybody: boolean | undefined;
  /** The peers that packets came from, as far as that had to be asked. */
  from: ReadonlySet<NodeAddress>;
}

interface KeptStart {
  startedAt: string;
  isAnybody: boolean;
  from: ReadonlySet<NodeAddress>;
}

/**
 * Tracks whether each node has heard from its controller or another node since it was started. Its address in the
 * kernel does not show that, because it may be from before (docs/zerotier-facts.md#endpoints). A root does not count.
 * Once true, it stays true until the next start.
 */
export class HeardNodes {
  readonly #starts = new Map<NodeId, KeptStart>();

  async look({ node, startedAt, isFirstStart, peers, networks, received }: HeardLook): Promise<Heard> {
    const kept = this.#starts.get(node);
    const before = kept?.startedAt === startedAt ? kept : { startedAt, isAnybody: false, from: new Set<NodeAddress>() };
    const others = peers.filter(({ role }) => role === 'LEAF');
    const isConfigured = isFirstStart && networks.some(({ status }) => status === 'OK');
    const isAnybody = before.isAnybody || isConfigured || others.some(isDirect);
    // A peer without a path may be listed because of a file, or because the root was asked for it: its packets are checked.
    const isOpen = !isAnybody && others.length > 0;
    const isAsked = isOpen || others.some((peer) => isUnexplained(peer) && !before.from.has(peer.address));
    const now = isAsked ? await received() : undefined;
    const from = now ?? before.from;
    const found = isAnybody || others.some(({ address }) => from.has(address));
    this.#starts.set(node, { startedAt, isAnybody: found, from });
    return { isAnybody: found || (isOpen && !now ? undefined : false), from };
  }
}

const isDirect = ({ paths }: DaemonPeer) => paths.some(({ active }) => active);

/** It is relayed, or was never heard from: `GET /peer` shows both alike. */
export const isUnexplained = (peer: DaemonPeer): boolean =>
  peer.role === 'LEAF' && peer.version.startsWith('-1') && !isDirect(peer);

/** Reads the senders of packets from the daemon's metrics, which are written every 5 s and reset when it starts. */
export function receivedFrom(metrics: string): Set<NodeAddress> {
  const lines = metrics.matchAll(/^zt_peer_packets\{([^}\n]*)\} ([1-9]\d*)$/gm);
  return new Set(
    [...lines].flatMap(([, labels = '']) =>
      labels.includes('direction="rx"') ? (NodeAddress.safeParse(/node_id="(\w+)"/.exec(labels)?.[1]).data ?? []) : [],
    ),
  );
}
