/** What decides when to look again. */
export interface Situation {
  busyLanes: number;
  unsettled: number;
  waiting: number;
  /** Milliseconds since something changed last: desired state, a step, a fact. */
  quietFor: number;
  /** Milliseconds until a step that failed may be tried again; undefined: none. */
  nextTryIn: number | undefined;
}

export const FAST_MS = 250;
const WATCHFUL_MS = 500;
const SLOW_MS = 5_000;
/** Pauses that no situation changes, in milliseconds. */
export const PAUSES = {
  /** After a look that went wrong, or a report that cannot be written. */
  troubleMs: 2_000,
  /** While a step is on trial, so that it is soon known how it went. */
  onTrialMs: 1_000,
  /** Hints come in crowds; looks do not. */
  crowdMs: 10,
  /** For what is made before all is looked at: longer than an engine takes to start a container. */
  headStartMs: 1_000,
};
/** How long somebody who was just asked to authorize is waited for closely. */
const ATTENTIVE_MS = 10 * 60_000;
/** Failing items are not looked at faster for ever. */
const CONVERGING_MS = 60_000;

/** The pause before the next look: short while something converges, long while all is quiet. */
export function pauseMs({ busyLanes, unsettled, waiting, quietFor, nextTryIn }: Situation): number {
  if (busyLanes > 0 || (unsettled > 0 && quietFor < CONVERGING_MS) || quietFor < 2_000) return FAST_MS;
  const pause = waiting > 0 ? (quietFor < ATTENTIVE_MS ? WATCHFUL_MS : SLOW_MS / 2) : SLOW_MS;
  return nextTryIn === undefined ? pause : Math.max(FAST_MS / 5, Math.min(pause, nextTryIn));
}
