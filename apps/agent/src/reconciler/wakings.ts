import type { NodeId } from '@orrery/shared/contracts';

/** A look at one node alone makes do with what was seen of all others at most this long ago. */
const FRESH_MS = 2_000;

/** What woke the loop since its last look, and so how soon and how much it looks. */
export class Wakings {
  #isAwaited = false;
  #node: NodeId | undefined;
  #isMore = false;

  /** Something may have changed; more may come within milliseconds. */
  somewhere(): void {
    this.#isMore = true;
  }

  /** It comes alone, and somebody waits for what follows; `node`: nothing but this node has changed. */
  awaited(node?: NodeId): void {
    this.#isAwaited = true;
    this.#isMore ||= node === undefined || (this.#node !== undefined && this.#node !== node);
    this.#node = node;
  }

  get isAwaited(): boolean {
    return this.#isAwaited;
  }

  /** Begins anew. Gives the node that it is enough to look at, after a look at all so many milliseconds ago. */
  take(wholeLookAgo: number): NodeId | undefined {
    const node = this.#isMore || wholeLookAgo > FRESH_MS ? undefined : this.#node;
    this.#isAwaited = false;
    this.#isMore = false;
    this.#node = undefined;
    return node;
  }
}
