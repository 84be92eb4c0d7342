import type { Explained, FailureCode } from '../contracts/index.js';

/** Something of this host that no network may take over, as a prefix; `what` describes it: `192.168.1.0/24 over eth0`. */
export interface GroundEntry {
  prefix: string;
  what: string;
  /**
   * `route`: in the kernel, over a device that is not ZeroTier's; `zerotier`: the same over a ZeroTier device; `resolver`: a DNS server;
   * `path`: the address of NATS or the API.
   */
  kind: 'route' | 'zerotier' | 'resolver' | 'path';
  /** The device over which it is reached now; null when that is unknown. */
  device: string | null;
}

/** What a host depends on, and what its networks are checked against. */
export type Ground = readonly GroundEntry[];

/** Unknown does not mean empty: nothing is admitted while the ground could not be observed. */
export type SeenGround = { known: true; value: Ground } | { known: false; cause: string; fix: string };

/** What a router needs of its machine, besides a container and the way to its prefixes. */
export interface RouterGround {
  /** Why no table can be written here; absent: nothing speaks against it. */
  trouble?: Explained<FailureCode>;
  /** The Docker network of containers; absent: it is not there yet, or cannot be seen. */
  bridge?: { name: string; subnets: readonly string[]; isInternal: boolean; masquerades: boolean };
}
