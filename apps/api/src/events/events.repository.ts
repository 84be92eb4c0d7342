import { Injectable } from '@nestjs/common';
import { Store } from '../database/store.js';
import { Where } from '../paging/where.js';
import { stretchesOf, windowsOf, type EventWindow } from './event-days.js';
import { whereEvents, type EventCriteria } from './event-filter.js';
import { KIND, SEVERITY } from './event-severity.js';
import { EVENT_COLUMNS, toEventRow, type EventRow } from './event-row.js';

export interface EventsAsked {
  criteria: EventCriteria;
  since?: Date | undefined;
  until?: Date | undefined;
  /** Only beyond this event, in the requested order. */
  after?: number | undefined;
  /** Only up to this event. */
  upTo?: number;
  order: 'asc' | 'desc';
  limit: number;
}

export interface HistogramAsked {
  criteria: EventCriteria;
  since: Date;
  until: Date;
  buckets: number;
  by: 'kind' | 'severity';
  /** Events to count at most; the newest are. */
  most: number;
}

export interface BucketCount {
  bucket: number;
  key: string;
  count: number;
}

type Read = Omit<EventRow, 'id'> & { id: string };

/**
 * The end of a window that is still open: the start of a day that was recorded meanwhile, as this very statement sees
 * it.
 */
const STILL_OPEN = `id < (SELECT COALESCE(min(first_id), 9223372036854775807) FROM event_days WHERE first_id > $?)`;

/**
 * Every statement on `events` has a start and an end time, so that it opens only the partitions of those days
 * (`EventWindow`).
 */
@Injectable()
export class EventsRepository {
  constructor(private readonly store: Store) {}

  async list(asked: EventsAsked): Promise<EventRow[]> {
    const { since, until, after, upTo, order, limit } = asked;
    const isUp = order === 'asc';
    const range = {
      since,
      until,
      from: isUp && after !== undefined ? after + 1 : undefined,
      to: isUp ? upTo : lesser(upTo, after === undefined ? undefined : after - 1),
    };
    const stretches = await stretchesOf(this.store, range);
    const rows: EventRow[] = [];
    for (const window of windowsOf(stretches, order, range)) {
      rows.push(...(await this.#read(asked, window, stretches.at(-1)?.first ?? 0, limit - rows.length)));
      if (rows.length >= limit) break;
    }
    return rows;
  }

  async get(id: number): Promise<EventRow | undefined> {
    const [row] = await this.list({ criteria: {}, after: id - 1, upTo: id, order: 'asc', limit: 1 });
    return row;
  }

  /** The identity of this database. */
  async storeId(): Promise<string> {
    const [row] = await this.store.query<{ id: string }[]>('SELECT id FROM store');
    if (!row) throw new TypeError('the database has no identity');
    return row.id;
  }

  /** The first and the last existing event, undefined if there are none. */
  async ends(): Promise<{ first: number; last: number } | undefined> {
    const [last] = await this.list({ criteria: {}, order: 'desc', limit: 1 });
    const [first] = await this.list({ criteria: {}, order: 'asc', limit: 1 });
    return first && last && { first: first.id, last: last.id };
  }

  /** Counts by bucket and key. `countedFrom`: there are more events before this time. */
  async histogram(asked: HistogramAsked): Promise<{ counts: BucketCount[]; countedFrom: Date | null }> {
    const { since, until, most } = asked;
    const stretches = await stretchesOf(this.store, { since, until });
    const counts: BucketCount[] = [];
    let left = most;
    for (const window of windowsOf(stretches, 'desc', { since, until })) {
      const rows = await this.#count(asked, window, stretches.at(-1)?.first ?? 0, left);
      counts.push(...rows);
      left -= rows.reduce((sum, { count }) => sum + count, 0);
      if (left < 0) return { counts, countedFrom: new Date(Math.min(...rows.map(({ oldest }) => oldest.getTime()))) };
    }
    return { counts, countedFrom: null };
  }

  /** One more than `left` shows that there are more. */
  async #count(asked: HistogramAsked, window: EventWindow, newest: number, left: number) {
    const { criteria, since, until, buckets, by } = asked;
    const where = whereWindow({ criteria, since, until, order: 'desc' }, window, newest);
    const [start, width] = [where.param(since.getTime()), where.param((until.getTime() - since.getTime()) / buckets)];
    return this.store.query<(BucketCount & { oldest: Date })[]>(
      `SELECT LEAST(floor((extract(epoch FROM committed_at) * 1000 - ${start}::float8) / ${width}::float8), ${buckets - 1})::int AS bucket,
              key, count(*)::int AS count, min(committed_at) AS oldest
         FROM (SELECT committed_at, ${by === 'kind' ? KIND : SEVERITY} AS key FROM events ${where.sql} ORDER BY id DESC LIMIT ${left + 1}) e
        GROUP BY 1, 2`,
      where.values,
    );
  }

  async #read(asked: EventsAsked, window: EventWindow, newest: number, limit: number): Promise<EventRow[]> {
    const where = whereWindow(asked, window, newest);
    const rows = await this.store.query<Read[]>(
      `SELECT ${EVENT_COLUMNS} FROM events ${where.sql} ORDER BY id ${asked.order} LIMIT ${limit}`,
      where.values,
    );
    return rows.map(toEventRow);
  }
}

/** `newest`: the first ID of the newest stretch. */
function whereWindow(asked: Omit<EventsAsked, 'limit'>, window: EventWindow, newest: number): Where {
  const { criteria, since, until, after, upTo, order } = asked;
  const where = whereEvents(new Where(), criteria)
    .and('committed_at >= $? AND committed_at < $?', later(window.since, since), earlier(window.until, until))
    .and('id >= $?', window.first)
    .andIf(after, order === 'asc' ? 'id > $?' : 'id < $?')
    .andIf(upTo, 'id <= $?');
  if (window.below === null) where.and(STILL_OPEN, newest);
  else where.and('id < $?', window.below);
  return where;
}

const lesser = (a: number | undefined, b: number | undefined) =>
  a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);
const later = (a: Date, b: Date | undefined) => (b && b > a ? b : a);
const earlier = (a: Date, b: Date | undefined) => (b && b < a ? b : a);
