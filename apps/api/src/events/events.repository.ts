import { Injectable } from '@nestjs/common';
import { Store } from '../database/store.js';
import { Where } from '../paging/where.js';
import { whereEvents, type EventCriteria } from './event-filter.js';
import { EVENT_COLUMNS, toEventRow, type EventRow } from './event-row.js';

export interface EventsAsked {
  criteria: EventCriteria;
  since?: Date | undefined;
  until?: Date | undefined;
  /** Only beyond this event, in the order that is asked for. */
  after?: number | undefined;
  /** Only up to this event. */
  upTo?: number;
  order: 'asc' | 'desc';
  limit: number;
}

type Read = Omit<EventRow, 'id'> & { id: string };

@Injectable()
export class EventsRepository {
  constructor(private readonly store: Store) {}

  async list({ criteria, since, until, after, upTo, order, limit }: EventsAsked): Promise<EventRow[]> {
    const where = whereEvents(new Where(), criteria)
      .andIf(since, 'committed_at >= $?')
      .andIf(until, 'committed_at < $?')
      .andIf(after, order === 'asc' ? 'id > $?' : 'id < $?')
      .andIf(upTo, 'id <= $?');
    const rows = await this.store.query<Read[]>(
      `SELECT ${EVENT_COLUMNS} FROM events ${where.sql} ORDER BY id ${order} LIMIT ${limit}`,
      where.values,
    );
    return rows.map(toEventRow);
  }

  async get(id: number): Promise<EventRow | undefined> {
    const rows = await this.store.query<Read[]>(`SELECT ${EVENT_COLUMNS} FROM events WHERE id = $1`, [id]);
    return rows.map(toEventRow)[0];
  }

  /** The identity of this database. */
  async storeId(): Promise<string> {
    const [row] = await this.store.query<{ id: string }[]>('SELECT id FROM store');
    if (!row) throw new TypeError('the database has no identity');
    return row.id;
  }

  /** The first and the last event that there are, undefined when there are none. */
  async ends(): Promise<{ first: number; last: number; lastAt: Date } | undefined> {
    const [row] = await this.store.query<{ first: string | null; last: string; lastAt: Date }[]>(
      `SELECT (SELECT id FROM events ORDER BY id LIMIT 1) AS first, last.id AS last, last.committed_at AS "lastAt"
       FROM (SELECT id, committed_at FROM events ORDER BY id DESC LIMIT 1) AS last`,
    );
    if (!row?.first) return undefined;
    return { first: Number(row.first), last: Number(row.last), lastAt: row.lastAt };
  }

  /** When the event with this id, or the last before it, was committed: lets later queries skip whole partitions. */
  async momentOf(id: number): Promise<Date | undefined> {
    const [row] = await this.store.query<{ at: Date }[]>(
      'SELECT committed_at AS at FROM events WHERE id <= $1 ORDER BY id DESC LIMIT 1',
      [id],
    );
    return row?.at;
  }
}
