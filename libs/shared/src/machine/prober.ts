import { explain, type Explained, type ProbeCode, type ProbeResult, type ProbeTarget } from '../contracts/index.js';

export interface ProbeRun {
  target: ProbeTarget;
  /** False: only try what the node would send over one of its ZeroTier interfaces. */
  mayLeaveNetworks: boolean;
  timeoutMs: number;
  /** It is tried again and again: a connection costs as little as a ping, and the time until it was accepted is not exact. */
  isFrequent?: boolean;
  /** Reports a line to whoever is waiting. */
  tell: (detail: string) => void;
  signal: AbortSignal;
}

/** Tries something from inside one node's network namespace. Never rejects because of what it found: that is its result. */
export type Prober = (run: ProbeRun) => Promise<ProbeResult>;

/** What is known about the end of a probe besides its code. */
export type ProbeEnd = Omit<ProbeResult, 'ms' | 'fix' | 'address'> & { fix?: string };

type MissCode = Exclude<ProbeCode, 'reached'>;

/** Why the target was not reached, with the fix of the code. */
export const missed = (
  code: MissCode,
  cause: string,
  more: Partial<Pick<ProbeResult, 'ping' | 'http' | 'tcp'>> = {},
): ProbeEnd => ({ ...missedBy(explain(code, { cause })), ...more });

/** The same, when more is known than the code. */
export const missedBy = ({ code, cause, fix }: Explained<MissCode>): ProbeEnd => ({ code, cause, fix });

export const reached = (cause: string, more: Pick<ProbeResult, 'ping' | 'http' | 'tcp'>): ProbeEnd => ({
  code: 'reached',
  cause,
  fix: '',
  ...more,
});
