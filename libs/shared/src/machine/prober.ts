import { explain, type Explained, type ProbeCode, type ProbeResult, type ProbeTarget } from '../contracts/index.js';

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

type MissCode = Exclude<ProbeCode, 'reached'>;

/** Why it was not reached, with the fix of the code. */
export const missed = (
  code: MissCode,
  cause: string,
  more: Partial<Pick<ProbeResult, 'ping' | 'http' | 'tcp'>> = {},
): ProbeEnd => ({ ...missedBy(explain(code, { cause })), ...more });

/** The same, where more is known than the code. */
export const missedBy = ({ code, cause, fix }: Explained<MissCode>): ProbeEnd => ({ code, cause, fix });

export const reached = (cause: string, more: Pick<ProbeResult, 'ping' | 'http' | 'tcp'>): ProbeEnd => ({
  code: 'reached',
  cause,
  fix: '',
  ...more,
});
