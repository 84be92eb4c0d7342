import type { NodeAddress, NodeId } from '@orrery/shared/contracts';
import { pause, steadyNow } from '@orrery/shared/runtime';

/**
 * A node is still known after less than this offline; the daemon's own limit is 500 s
 * (docs/zerotier-facts.md#strangers).
 */
const KNOWN_FOR_MS = 400_000;
/** By then the API has introduced a pre-generated identity to the root. */
const INTRODUCED_AFTER_MS = 5_000;
/** Of nodes and of identities each, the newest are remembered; to forget one costs a turn, or five seconds, at most. */
const REMEMBERED = 1_000;

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
  /** When recent identities were generated; Infinity if during a launch, too late to introduce them to the root. */
  readonly #mintedAt = new Map<NodeAddress, number>();
  #freeAt = -Infinity;
  #waiting = 0;
  #line: Promise<void> = Promise.resolve();

  constructor(private readonly parts: StrangerTurnsParts) {
    this.#now = parts.now ?? steadyNow;
  }

  minted(address: NodeAddress, { late }: { late: boolean }): void {
    remember(this.#mintedAt, address, late ? Infinity : this.#now());
  }

  /** Records that the node was running `agoMs` ago. */
  ran(node: NodeId, agoMs = 0): void {
    remember(this.#ran, node, this.#now() - agoMs);
  }

  /**
   * Resolves when the node may start: true if it took a turn. `tell` is called only if it must wait: how many go first,
   * and how long that takes.
   */
  async take(starting: Starting, tell: (before: number, ms: number) => void, signal: AbortSignal): Promise<boolean> {
    const { gapMs } = this.parts;
    if (gapMs === 0 || this.#isKnown(starting)) return false;
    const ms = Math.max(0, this.#freeAt - this.#now()) + this.#waiting * gapMs;
    if (ms > 0) tell(Math.ceil(ms / gapMs), ms);
    this.#waiting += 1;
    const turn = this.#line.then(() => this.#wait(signal)).finally(() => (this.#waiting -= 1));
    this.#line = turn.catch(() => undefined);
    await turn;
    return true;
  }

  /** The daemon that took the last turn runs and greets its root now, so the next turn begins a gap later than this. */
  greeted(): void {
    this.#freeAt = Math.max(this.#freeAt, this.#now() + this.parts.gapMs);
  }

  /** The end may move while somebody waits for it. */
  async #wait(signal: AbortSignal): Promise<void> {
    for (;;) {
      signal.throwIfAborted();
      const left = this.#freeAt - this.#now();
      if (left <= 0) break;
      await (this.parts.wait ?? pause)(left, signal);
    }
    this.#freeAt = this.#now() + this.parts.gapMs;
  }

  #isKnown({ node, address }: Starting): boolean {
    const ran = this.#ran.get(node);
    if (ran !== undefined && this.#now() - ran < KNOWN_FOR_MS) return true;
    const mintedAt = this.#mintedAt.get(address) ?? -Infinity;
    return this.parts.introduced() && this.#now() - mintedAt >= INTRODUCED_AFTER_MS;
  }
}

function remember<Key>(map: Map<Key, number>, key: Key, value: number): void {
  map.delete(key);
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > REMEMBERED && oldest !== undefined) map.delete(oldest);
}
