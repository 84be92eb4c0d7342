import type { CommandState, Outcome } from '@orrery/shared/contracts';

export interface Standing {
  state: Extract<CommandState, 'delivered' | 'waiting' | 'done' | 'failed'>;
  outcome: Outcome | null;
}

/**
 * The state of a command by the outcomes of its items (null: not settled yet). One failed: failed, for good. All done:
 * done. Otherwise it waits as soon as one waits, and can still become done.
 */
export function standingOf(outcomes: readonly (Outcome | null)[]): Standing {
  const failed = outcomes.find((outcome) => outcome?.kind === 'failed');
  if (failed) return { state: 'failed', outcome: failed };
  const waiting = outcomes.find((outcome) => outcome?.kind === 'waiting');
  if (waiting) return { state: 'waiting', outcome: waiting };
  if (outcomes.length === 0 || outcomes.includes(null)) return { state: 'delivered', outcome: null };
  return { state: 'done', outcome: { kind: 'done' } };
}
