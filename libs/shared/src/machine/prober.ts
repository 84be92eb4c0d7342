import { PROBES, type ProbeCode, type ProbeResult, type ProbeTarget } from '../contracts/index.js';

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

/** What is known of a probe's end beside its code. */
export type ProbeEnd = Omit<ProbeResult, 'ms' | 'fix' | 'address'> & { fix?: string };

/** Why it was not reached; the fix is that of the code, unless there is a better one. */
export const missed = (
  code: Exclude<ProbeCode, 'reached'>,
  cause: string,
  more: Partial<Pick<ProbeResult, 'fix' | 'ping' | 'http' | 'tcp'>> = {},
): ProbeEnd => ({ code, cause, fix: PROBES[code].fix, ...more });

export const reached = (cause: string, more: Pick<ProbeResult, 'ping' | 'http' | 'tcp'>): ProbeEnd => ({
  code: 'reached',
  cause,
  fix: '',
  ...more,
});
