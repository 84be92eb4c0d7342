import type { Datagram } from './datagram.js';

/** How often two nodes are told of each other. */
const PAUSE = 30_000;

/**
 * A root's service to two nodes that talk through it: it tells each where the other is, so that they may find a path of their own. Only
 * nodes that are where they say they are can be found; one behind NAT stays relayed. Frames go through the root all the same: it is
 * the one who knows who is authorized.
 */
export class Introductions {
  private readonly claims = new Map<string, readonly string[]>();
  private readonly madeAt = new Map<string, number>();

  constructor(private readonly self: string) {}

  note(address: string, endpoints: readonly string[]): void {
    this.claims.set(address, endpoints);
  }

  /** The two messages, if it is time for them and they make sense. `whereIs` gives a node's endpoint as it looks from here. */
  between(one: string, other: string, whereIs: (address: string) => string | undefined, now: number): Datagram[] {
    const pair = [one, other].sort().join();
    if (now - (this.madeAt.get(pair) ?? 0) < PAUSE) return [];
    const [here, there] = [one, other].map((address) => {
      const endpoint = whereIs(address);
      return endpoint !== undefined && this.claims.get(address)?.includes(endpoint) ? endpoint : undefined;
    });
    if (here === undefined || there === undefined) return [];
    this.madeAt.set(pair, now);
    return [
      { type: 'introduction', from: this.self, to: one, about: { peer: other, endpoint: there } },
      { type: 'introduction', from: this.self, to: other, about: { peer: one, endpoint: here } },
    ];
  }
}
