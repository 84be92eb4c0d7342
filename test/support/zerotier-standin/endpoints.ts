import { parseIdentity } from '../../../libs/simulator/src/model/identity.js';
import type { Moon } from '../../../libs/simulator/src/model/moon.js';

export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** How long a root is contacted only at its last endpoint; afterwards all its endpoints are tried again. */
const FRESH = 15_000;

export const endpointText = ({ address, port }: Endpoint): string => `${address}/${String(port)}`;

export function parseEndpoint(text: string): Endpoint | undefined {
  const [address, port] = text.split('/');
  return address && port ? { address, port: Number(port) } : undefined;
}

/** The endpoints of all nodes: of roots according to the moons, of all others the source of their last packet. */
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

  /** A root has several endpoints if it is on several networks; its answer shows which one works. */
  ofRoot(address: string, now: number): readonly Endpoint[] {
    const last = this.seen.get(address);
    return last && now - last.at < FRESH ? [last.endpoint] : (this.roots.get(address) ?? []);
  }

  /** Directly to a root or to a node that has sent us a packet, otherwise through the first root. */
  of(address: string, now: number): readonly Endpoint[] {
    if (this.roots.has(address)) return this.ofRoot(address, now);
    const last = this.lastSeen(address);
    if (last) return [last];
    const [root] = this.roots.keys();
    return root === undefined ? [] : this.ofRoot(root, now);
  }

  /** Whether a packet that names `from` as its sender came through a root. */
  isRelayed(from: string, endpoint: Endpoint): boolean {
    const text = endpointText(endpoint);
    return [...this.roots].some(([root, endpoints]) => {
      const last = this.lastSeen(root);
      return root !== from && [...endpoints, ...(last ? [last] : [])].some((known) => endpointText(known) === text);
    });
  }
}
