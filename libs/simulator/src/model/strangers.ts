/** One identity that nobody knows is let in per this time, from one /24. */
const PAUSE = 2_000;
/** Who is silent for longer is a stranger again. */
const KNOWN_FOR = 500_000;
/** How often those are forgotten who were never heard. */
const HOUSEKEEPING = 30_000;

/**
 * Whom a zerotier-one knows, as 1.14.1 decides it: the rule for strangers, and what a file in `peers.d` changes. The look that finds
 * such a file only reads it and finds nobody; the next one finds the node, until the housekeeping, if nothing came of it meanwhile.
 */
export class Strangers {
  readonly #heard = new Map<string, number>();
  readonly #read = new Set<string>();
  readonly #lastFrom = new Map<string, number>();
  #keptAt = Number.NEGATIVE_INFINITY;

  /** `hasFile`: whether `peers.d` has a file of this address. */
  constructor(private readonly hasFile: (address: string) => boolean) {}

  /** Something makes the daemon look for a node. Whether it knows it. */
  knows(address: string, now: number): boolean {
    this.#keepHouse(now);
    if (this.#heard.has(address) || this.#read.has(address)) return true;
    if (this.hasFile(address)) this.#read.add(address);
    return false;
  }

  /** A packet of a node came from an IPv4 address. False: it is dropped. */
  admits(address: string, isHello: boolean, from: string, now: number): boolean {
    if (!this.knows(address, now)) {
      if (!isHello) return false;
      const net = from.slice(0, from.lastIndexOf('.'));
      if (now - (this.#lastFrom.get(net) ?? Number.NEGATIVE_INFINITY) < PAUSE) return false;
      this.#lastFrom.set(net, now);
    }
    this.#heard.set(address, now);
    return true;
  }

  #keepHouse(now: number): void {
    if (now - this.#keptAt < HOUSEKEEPING) return;
    this.#keptAt = now;
    this.#read.clear();
    for (const [address, at] of this.#heard) if (now - at >= KNOWN_FOR) this.#heard.delete(address);
  }
}
