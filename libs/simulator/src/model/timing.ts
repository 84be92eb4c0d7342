/** All waiting times of the daemon, in milliseconds. The defaults come from recordings of zerotier-one 1.14.1. */
export interface Timing {
  /**
   * The daemon does everything in one round: it greets its roots, requests configurations that are missing or old, and judges `online`.
   * Because of this round, a join of a running node takes up to five seconds (the join itself sends nothing), and `online` comes five
   * seconds after the start. Five seconds, and always slightly late.
   */
  readonly round: number;
  /** A new daemon's first request is answered only once its root knows it. */
  readonly firstRequest: number;
  /** The age at which a configuration is requested again: the reason why a node notices a deauthorization or a deletion so late. */
  readonly configLifetime: number;
  /** How often routes that the kernel does not have are added again. */
  readonly routeRefresh: number;
  /** How long after the last sign of a root `online` stays true. */
  readonly rootSilence: number;
  /** How often a peer with a path is asked along it whether it is there. */
  readonly heartbeat: number;
  /** A peer that is silent for this long has no active path any more. */
  readonly pathExpiry: number;
  /** A peer that is silent for this long is no longer a peer. */
  readonly peerExpiry: number;
  /** A controller silently drops a second request of one node within this time. */
  readonly minimumRequestPause: number;
  /** How long a controller pushes changes to a node after its last request. */
  readonly memberOnline: number;
}

export const REAL_TIMING: Timing = {
  round: 5_010,
  firstRequest: 400,
  configLifetime: 60_000,
  routeRefresh: 30_000,
  rootSilence: 500_000,
  heartbeat: 14_000,
  pathExpiry: 243_000,
  peerExpiry: 500_000,
  minimumRequestPause: 1_000,
  memberOnline: 120_000,
};

export const VERSION = { major: 1, minor: 14, revision: 1, build: 0, protocol: 12, text: '1.14.1' } as const;
