import { PROBES, type ProbeCode, type ProbeResult } from '@orrery/shared/contracts';

/** What is known of a probe's end beside its code. */
export type ProbeEnd = Omit<ProbeResult, 'ms' | 'fix' | 'address'> & { fix?: string };

/** What came of one connection; an answer of HTTP may lead on. */
export interface Answered {
  end: ProbeEnd;
  status?: number;
  location?: string | null;
}

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
