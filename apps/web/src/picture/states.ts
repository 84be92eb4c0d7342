import { type State } from './topology.js';

const RANK: Record<State, number> = { fine: 0, unknown: 1, waiting: 2, away: 3, failed: 4 };

/** All states, worst first: the order in which people are told about them. */
export const WORST_FIRST: readonly State[] = ['failed', 'away', 'waiting', 'unknown', 'fine'];

export const STATE_WORDS: Record<State, string> = {
  fine: 'as wanted',
  waiting: 'waiting',
  failed: 'failed',
  away: 'unreachable',
  unknown: 'unknown',
};

export type Tally = Record<State, number>;

export const rank = (state: State): number => RANK[state];

export const worse = (a: State, b: State): State => (RANK[b] > RANK[a] ? b : a);

export function tally(things: Iterable<{ readonly state: State }>): Tally {
  const counts: Tally = { fine: 0, waiting: 0, failed: 0, away: 0, unknown: 0 };
  for (const { state } of things) counts[state] += 1;
  return counts;
}

/** What is not fine, worst first, without what is not there. */
export function notFine(counts: Tally): { state: State; count: number }[] {
  return WORST_FIRST.filter((state) => state !== 'fine' && counts[state] > 0).map((state) => ({
    state,
    count: counts[state],
  }));
}
