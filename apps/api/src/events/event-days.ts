import type { Store } from '../database/store.js';

const DAY_MS = 86_400_000;
/** The maximum number of days for one statement, because its locks and its planning grow with them. */
const MOST_DAYS = 32;
const MOST_ID = '9223372036854775807';

/**
 * IDs from `first` up to the next stretch's were committed on this day (UTC). If a clock is set back, a day appears
 * twice.
 */
export interface Stretch {
  first: number;
  /** The first ID of the next stretch; null: there is none yet. */
  below: number | null;
  day: string;
}

/** The range of one statement: IDs from `first` up to `below`, which were all committed between these moments. */
export interface EventWindow {
  first: number;
  below: number | null;
  since: Date;
  until: Date;
}

export interface Range {
  /** The requested IDs, both included. */
  from?: number | undefined;
  to?: number | undefined;
  since?: Date | undefined;
  until?: Date | undefined;
}

const startOf = (day: string) => Date.parse(`${day}T00:00:00Z`);

/**
 * Maps IDs to partitions. A statement on `events` that names only an ID opens every partition with all its indexes:
 * some 3,000 relations at the default retention. So every statement has a start and an end time, and a long range is
 * read in several statements.
 */
export async function stretchesOf(store: Pick<Store, 'query'>, { from = 0, to }: Range): Promise<Stretch[]> {
  const rows = await store.query<{ first: string; day: string }[]>(
    `SELECT first_id AS first, day::text AS day FROM event_days
      WHERE first_id >= COALESCE((SELECT max(first_id) FROM event_days WHERE first_id <= $1), 0) AND first_id <= $2 ORDER BY first_id`,
    [from, to ?? MOST_ID],
  );
  return rows.map(({ first, day }, index) => {
    const next = rows[index + 1];
    return { first: Number(first), below: next ? Number(next.first) : null, day };
  });
}

/**
 * The windows in which to look for events, in the requested order: one day first, then twice as many each time. So a
 * page of recent events is quick, and a search that finds nothing in a year takes few statements. Pure.
 */
export function windowsOf(
  stretches: readonly Stretch[],
  order: 'asc' | 'desc',
  { since, until }: Range,
): EventWindow[] {
  const wanted = stretches.filter(({ day }) => {
    const start = startOf(day);
    return (!since || start + DAY_MS > since.getTime()) && (!until || start < until.getTime());
  });
  if (order === 'desc') wanted.reverse();
  const windows: EventWindow[] = [];
  for (let at = 0, size = 1; at < wanted.length; at += size, size = Math.min(size * 2, MOST_DAYS))
    windows.push(windowOf(wanted.slice(at, at + size)));
  return windows;
}

function windowOf(stretches: readonly Stretch[]): EventWindow {
  const days = stretches.map(({ day }) => startOf(day));
  const belows = stretches.map(({ below }) => below);
  return {
    first: Math.min(...stretches.map(({ first }) => first)),
    below: belows.includes(null) ? null : Math.max(...belows.map(Number)),
    since: new Date(Math.min(...days)),
    until: new Date(Math.max(...days) + DAY_MS),
  };
}
