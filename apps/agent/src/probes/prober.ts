import type { ProbeResult, ProbeTarget } from '@orrery/shared/contracts';

export interface ProbeRun {
  target: ProbeTarget;
  /** False: only what the node would send over one of its ZeroTier interfaces is tried. */
  mayLeaveNetworks: boolean;
  timeoutMs: number;
  /** A line for the person who waits. */
  tell: (detail: string) => void;
  signal: AbortSignal;
}

/** Tries something from inside one node's network namespace. Never rejects for what was found out: that is its result. */
export type Prober = (run: ProbeRun) => Promise<ProbeResult>;
