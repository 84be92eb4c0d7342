import { explain, type Explained, type ProbeCode, type ProbeResult } from '@orrery/shared/contracts';

/** What is known of a probe's end beside its code. */
export type ProbeEnd = Omit<ProbeResult, 'ms' | 'fix' | 'address'> & { fix?: string };

/** What came of one connection; an answer of HTTP may lead on. */
export interface Answered {
  end: ProbeEnd;
  status?: number;
  location?: string | null;
}

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
