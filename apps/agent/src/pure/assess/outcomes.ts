import type { Explained, FailureCode, Outcome, WaitingCode } from '@orrery/shared/contracts';

/** An outcome, and how long it must hold before it is reported, because one observation may come at a bad moment. */
export interface Assessment {
  outcome: Outcome;
  holdMs: number;
}

export const done = (detail?: string): Assessment => ({
  outcome: { kind: 'done', ...(detail === undefined ? {} : { detail }) },
  holdMs: 0,
});

export const failed = ({ code, cause, fix }: Explained<FailureCode>, holdMs = 0): Assessment => ({
  outcome: { kind: 'failed', code, cause, fix },
  holdMs,
});

export const waiting = ({ code, cause, fix }: Explained<WaitingCode>, holdMs = 0): Assessment => ({
  outcome: { kind: 'waiting', code, cause, fix },
  holdMs,
});
