import { parseIdentity } from '../../../libs/simulator/src/model/identity.js';
import type { Moon } from '../../../libs/simulator/src/model/moon.js';

export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** How long a root is talked to only where it last was; afterwards all its endpoints are tried again. */
const FRESH = 15_000;

export const endpointText = ({ address, port }: Endpoint): string => `${address}/${String(port)}`;

export function parseEndpoint(text: string): Endpoint | undefined {
  const [address, port] = text.split('/');
  return address && port ? { address, port: Number(port) } : undefined;
}

/** Where everybody is: roots by what the moons say, all others by where they last wrote from. */
export class Endpoints {
  private readonly roots = new Map<string, readonly Endpoint[]>();
  private readonly seen = new Map<string, { readonly endpoint: Endpoint; readonly at: number }>();

  constructor(self: string, moons: readonly Moon[]) {
    for (const root of moons.flatMap((moon) => moon.roots)) {
      const address = parseIdentity(root.identity)?.address;
      if (address === undefined || address === self) continue;
      this.roots.set(
        address,
        root.stableEndpoints.flatMap((text) => parseEndpoint(text) ?? []),
      );
    }
  }

  rootAddresses(): string[] {
    return [...this.roots.keys()];
  }

  note(address: string, endpoint: Endpoint, now: number): void {
    this.seen.set(address, { endpoint, at: now });
  }

  lastSeen(address: string): Endpoint | undefined {
    return this.seen.get(address)?.endpoint;
  }

  /** A root has several endpoints when it is on several networks; which of them works shows when it answers. */
  ofRoot(address: string, now: number): readonly Endpoint[] {
    const last = this.seen.get(address);
    return last && now - last.at < FRESH ? [last.endpoint] : (this.roots.get(address) ?? []);
  }

  /** Straight to a root or to whoever has written to us, else through the first root. */
  of(address: string, now: number): readonly Endpoint[] {
    if (this.roots.has(address)) return this.ofRoot(address, now);
    const last = this.lastSeen(address);
    if (last) return [last];
    const [root] = this.roots.keys();
    return root === undefined ? [] : this.ofRoot(root, now);
  }

  /** Did a packet that names `from` as its sender come by way of a root? */
  isRelayed(from: string, endpoint: Endpoint): boolean {
    const text = endpointText(endpoint);
    return [...this.roots].some(([root, endpoints]) => {
      const last = this.lastSeen(root);
      return root !== from && [...endpoints, ...(last ? [last] : [])].some((known) => endpointText(known) === text);
    });
  }
}
