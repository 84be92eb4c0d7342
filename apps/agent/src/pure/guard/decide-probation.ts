import type { ItemId, MembershipSettings } from '@orrery/shared/contracts';

/** Milliseconds of one clock. `endedAt` undefined: the step still runs. */
export interface Course {
  endedAt: number | undefined;
  /** When the kernel last showed another thing of the network's interface. */
  changedAt: number;
  /** When the last question that the API answered over NATS was asked. */
  heardAt: number;
  now: number;
}

export interface ProbationTimes {
  /** So long the API may be out of reach. */
  windowMs: number;
  /** So long a step may take to have its effect: an answer from before says nothing. */
  settleMs: number;
}

/**
 * Whether a step has cut the way to the API: confirmed by an answer to a question that was asked after its effect, rolled back when
 * none came in time. A network that changes for ever does not put that off for ever.
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

/** How a membership was before a step: not there, or with these settings. */
export type Undo = { to: 'left' } | { to: 'settings'; settings: MembershipSettings };

/** Memberships of which a step was undone, at the revision that they still have: what they are to be until it changes. */
export type RolledBack = ReadonlyMap<ItemId, Undo>;
