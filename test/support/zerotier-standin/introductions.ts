import type { Datagram } from './datagram.js';

/** How often two nodes are told about each other. */
const PAUSE = 30_000;

/**
 * A root's service to two nodes that communicate through it: it tells each where the other is, so that they can find a
 * direct path. Only nodes whose endpoint is what they believe can be found; one behind NAT stays relayed. Frames still
 * go through the root, because it knows who is authorized.
 */
export class Introductions {
  private readonly claims = new Map<string, readonly string[]>();
  private readonly madeAt = new Map<string, number>();

  constructor(private readonly self: string) {}

  note(address: string, endpoints: readonly string[]): void {
    this.claims.set(address, endpoints);
  }

  /** The two messages, if they are due and make sense. `whereIs` returns a node's endpoint as seen from here. */
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
