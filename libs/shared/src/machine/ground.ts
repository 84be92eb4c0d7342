/** One thing of this host that no network may take over, as a prefix; `what` says it in words: `192.168.1.0/24 over eth0`. */
export interface GroundEntry {
  prefix: string;
  what: string;
  /**
   * `route`: of the kernel, none of ZeroTier's devices; `zerotier`: the same of one of them; `resolver`: where names are asked for;
   * `path`: where NATS or the API is.
   */
  kind: 'route' | 'zerotier' | 'resolver' | 'path';
  /** Over which device it is reached now; null when that is not known. */
  device: string | null;
}

/** What a host stands on: what its networks are held against. */
export type Ground = readonly GroundEntry[];

/** Unknown is not empty: nothing is admitted on ground that could not be looked at. */
export type SeenGround = { known: true; value: Ground } | { known: false; cause: string; fix: string };
