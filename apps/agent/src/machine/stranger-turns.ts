import type { NodeAddress, NodeId } from '@orrery/shared/contracts';
import { pause, steadyNow } from '@orrery/shared/runtime';

/**
 * A node is still known after less than this offline; the daemon's own limit is 500 s
 * (docs/zerotier-facts.md#strangers).
 */
const KNOWN_FOR_MS = 400_000;

export interface StrangerTurnsParts {
  /** Time between the starts of two unknown nodes; 0: no waiting. */
  gapMs: number;
  /** Whether the API introduces this host's pre-generated identities to the root. */
  introduced: () => boolean;
  now?: () => number;
  wait?: typeof pause;
}

/** A node that is about to start. */
export interface Starting {
  node: NodeId;
  address: NodeAddress;
}

/**
 * A root accepts one unknown node per 2 s from each /24, and a dropped node asks again 5 s later. Starting unknown
 * nodes one after another is quicker than hitting that limit. Other hosts behind the same NAT are not taken into
 * account.
 */
export class StrangerTurns {
  readonly #now: () => number;
  /** When each node was last seen running. */
  readonly #ran = new Map<NodeId, number>();
  /** Identities generated during a launch, too late to introduce them to the root. */
  readonly #mintedLate = new Set<NodeAddress>();
  #next = -Infinity;

  constructor(private readonly parts: StrangerTurnsParts) {
    this.#now = parts.now ?? steadyNow;
  }

  minted(address: NodeAddress): void {
    this.#mintedLate.add(address);
  }

  /** Records that the node was running `agoMs` ago. */
  ran(node: NodeId, agoMs = 0): void {
    this.#ran.set(node, this.#now() - agoMs);
  }

  /**
   * Resolves when the node may start. `tell` is called only if it must wait: how many go first, and how long that
   * takes.
   */
  async take(starting: Starting, tell: (before: number, ms: number) => void, signal: AbortSignal): Promise<void> {
    if (this.parts.gapMs === 0 || this.#isKnown(starting)) return;
    const now = this.#now();
    const at = Math.max(now, this.#next);
    this.#next = at + this.parts.gapMs;
    if (at === now) return;
    tell(Math.ceil((at - now) / this.parts.gapMs), at - now);
    await (this.parts.wait ?? pause)(at - now, signal);
    signal.throwIfAborted();
  }

  #isKnown({ node, address }: Starting): boolean {
    const ran = this.#ran.get(node);
    if (ran !== undefined && this.#now() - ran < KNOWN_FOR_MS) return true;
    return this.parts.introduced() && !this.#mintedLate.has(address);
  }
}
