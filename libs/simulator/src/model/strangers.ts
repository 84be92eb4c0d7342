/** One unknown identity is accepted per this time from each /24. */
const PAUSE = 2_000;
/** A node that is silent for longer is a stranger again. */
const KNOWN_FOR = 500_000;
/** How often the daemon forgets nodes that it knows only from a file. */
const HOUSEKEEPING = 30_000;

/**
 * The nodes that a zerotier-one 1.14.1 knows: the rule for strangers, and the effect of a file in `peers.d`. The first
 * look for a node only reads its file and fails. The next one finds the node, until the housekeeping forgets it if it
 * sent nothing.
 */
export class Strangers {
  readonly #heard = new Map<string, number>();
  readonly #read = new Set<string>();
  readonly #lastFrom = new Map<string, number>();
  #keptAt = Number.NEGATIVE_INFINITY;

  /** `hasFile`: whether `peers.d` has a file for this address. */
  constructor(private readonly hasFile: (address: string) => boolean) {}

  /** Makes the daemon look for a node; returns whether it knows the node. */
  knows(address: string, now: number): boolean {
    this.#keepHouse(now);
    if (this.#heard.has(address) || this.#read.has(address)) return true;
    if (this.hasFile(address)) this.#read.add(address);
    return false;
  }

  /** Receives a packet of a node from an IPv4 address; false if it is dropped. */
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
