import type { NodeAddress, NodeId } from '@orrery/shared/contracts';
import { pause, steadyNow } from '@orrery/shared/runtime';

/** A node that was away for less than this is still known; the daemon's own limit is 500 s (docs/zerotier-facts.md#strangers). */
const KNOWN_FOR_MS = 400_000;

export interface StrangerTurnsParts {
  /** Between the starts of two nodes that nobody knows; 0: none waits. */
  gapMs: number;
  /** Whether the API makes the root know the identities that this host has made ahead. */
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
 * A root accepts one node that it does not know per 2 s from one /24, and what it drops asks again 5 s later. So nodes that nobody knows
 * start one after another, which is quicker than running into that. Of other hosts behind the same NAT nothing is known here.
 */
export class StrangerTurns {
  readonly #now: () => number;
  /** When each node was last seen to run. */
  readonly #ran = new Map<NodeId, number>();
  /** Made while somebody waited for it: nobody could be told of it in time. */
  readonly #mintedLate = new Set<NodeAddress>();
  #next = -Infinity;

  constructor(private readonly parts: StrangerTurnsParts) {
    this.#now = parts.now ?? steadyNow;
  }

  minted(address: NodeAddress): void {
    this.#mintedLate.add(address);
  }

  /** It ran until so long ago. */
  ran(node: NodeId, agoMs = 0): void {
    this.#ran.set(node, this.#now() - agoMs);
  }

  /** Resolves when it may start. `tell`: how many go first, and how long that takes; not called for one that need not wait. */
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
