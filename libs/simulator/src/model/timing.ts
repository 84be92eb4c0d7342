/** Every waiting time of the daemon in one place, in milliseconds. The defaults are those seen in recordings of zerotier-one 1.14.1. */
export interface Timing {
  /**
   * The daemon looks after everything in one round: it greets its roots, asks for configurations that are missing or old, and judges
   * `online`. This round is why a join of a running node takes up to five seconds (nothing is asked at the join itself) and why
   * `online` comes five seconds after the start. Five seconds, and always a little late.
   */
  readonly round: number;
  /** A fresh daemon's first question is answered only when its root knows it. */
  readonly firstRequest: number;
  /** How old a configuration may get before it is asked for again: why a member notices a deauthorization or a deletion so late. */
  readonly configLifetime: number;
  /** How long after the last sign of a root `online` stays true. */
  readonly rootSilence: number;
  /** A peer that is silent for so long has no active path any more. */
  readonly pathExpiry: number;
  /** And after so long it is no peer. */
  readonly peerExpiry: number;
  /** A controller drops a second request of one member within this time, without an answer. */
  readonly minimumRequestPause: number;
  /** How long a controller pushes changes to a member after its last request. */
  readonly memberOnline: number;
}

export const REAL_TIMING: Timing = {
  round: 5_010,
  firstRequest: 400,
  configLifetime: 60_000,
  rootSilence: 500_000,
  pathExpiry: 243_000,
  peerExpiry: 500_000,
  minimumRequestPause: 1_000,
  memberOnline: 120_000,
};

export const VERSION = { major: 1, minor: 14, revision: 1, build: 0, protocol: 12, text: '1.14.1' } as const;
