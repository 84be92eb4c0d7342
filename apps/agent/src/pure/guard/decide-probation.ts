import type { ItemId, MembershipSettings } from '@orrery/shared/contracts';

/** Times in milliseconds of one clock. `endedAt` undefined: the step is still running. */
export interface Course {
  endedAt: number | undefined;
  /** When the kernel last showed a change of the network's interface. */
  changedAt: number;
  /** When the latest question that the API answered over NATS was asked. */
  heardAt: number;
  now: number;
}

export interface ProbationTimes {
  /** How long the API may be unreachable. */
  windowMs: number;
  /** How long a step may take to have its effect: an earlier answer proves nothing. */
  settleMs: number;
}

/**
 * Whether a step has cut the connection to the API: confirmed by the answer to a question that was asked after its effect, rolled back
 * when no answer came in time. A network that keeps changing does not postpone this forever.
 */
export function judgeProbation(
  { endedAt, changedAt, heardAt, now }: Course,
  { windowMs, settleMs }: ProbationTimes,
): 'on-trial' | 'confirmed' | 'rolled-back' {
  if (endedAt === undefined) return 'on-trial';
  const since = Math.max(endedAt, Math.min(changedAt, endedAt + windowMs));
  if (heardAt >= since + settleMs) return 'confirmed';
  return now >= since + windowMs ? 'rolled-back' : 'on-trial';
}

/** The state of a membership before a step: not joined, or joined with these settings. */
export type Undo = { to: 'left' } | { to: 'settings'; settings: MembershipSettings };

/** Memberships with an undone step at their current revision, and the state that they keep until the revision changes. */
export type RolledBack = ReadonlyMap<ItemId, Undo>;
