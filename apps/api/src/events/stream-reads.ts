import { Injectable } from '@nestjs/common';
import { Turns } from '@orrery/shared/runtime';
import { visibilityNow } from '../database/visibility.js';
import { EventFeed } from './event-feed.js';
import { isMatch, type EventCriteria } from './event-filter.js';
import type { EventRow } from './event-row.js';
import { EventsRepository } from './events.repository.js';

const PAGE = 200;
/** Concurrent database reads for all streams together, so that most connections remain for requests. */
const AT_A_TIME = 3;
/**
 * Streams that the same event wakes do not all read at the same moment. Kept only briefly, because their visibility can
 * change.
 */
const KEPT_MS = 500;
const MOST_KEPT = 200;

/** The matching events after a given one, and the last event that this covers. */
export interface StreamRead {
  rows: readonly EventRow[];
  upTo: number;
}

/**
 * The reads of streams. Streams that want the same (in the same scope, by the same criteria, after the same event)
 * share one read of the database; the others take turns.
 */
@Injectable()
export class StreamReads {
  readonly #shared = new Map<string, Promise<StreamRead>>();
  readonly #turns = new Turns(AT_A_TIME);

  constructor(
    private readonly feed: EventFeed,
    private readonly repository: EventsRepository,
  ) {}

  async after(cursor: number, criteria: EventCriteria): Promise<StreamRead> {
    // Events in memory are for tokens that see everything; a token with a scope reads the database, which returns
    // nothing else.
    const visibility = visibilityNow();
    const atHand = visibility ? undefined : this.feed.since(cursor);
    if (atHand) return { rows: atHand.filter((row) => isMatch(row, criteria)), upTo: atHand.at(-1)?.id ?? cursor };
    const { head } = this.feed;
    if (head === undefined) return { rows: [], upTo: cursor };
    const key = JSON.stringify([visibility, criteria, cursor, head], plainOnly);
    return (
      this.#shared.get(key) ??
      this.#share(
        key,
        this.inTurn(() => this.#read(cursor, criteria, head)),
      )
    );
  }

  #share(key: string, read: Promise<StreamRead>): Promise<StreamRead> {
    const [oldest] = this.#shared.keys();
    if (this.#shared.size >= MOST_KEPT && oldest !== undefined) this.#shared.delete(oldest);
    this.#shared.set(key, read);
    const forget = () => void (this.#shared.get(key) === read && this.#shared.delete(key));
    read.then(() => setTimeout(forget, KEPT_MS).unref(), forget);
    return read;
  }

  /** Runs a stream's database reads, including the one at its start, when its turn comes. */
  inTurn<T>(read: () => Promise<T>): Promise<T> {
    return this.#turns.run(read);
  }

  async #read(cursor: number, criteria: EventCriteria, head: number): Promise<StreamRead> {
    const rows = await this.repository.list({ criteria, after: cursor, upTo: head, order: 'asc', limit: PAGE });
    return { rows, upTo: rows.length === PAGE ? (rows.at(-1) as EventRow).id : head };
  }
}

/** Two scopes must never have the same key, so anything that JSON would leave out is refused. */
function plainOnly(_name: string, value: unknown): unknown {
  const isPlain = typeof value !== 'object' || value === null || Array.isArray(value) || isRecord(value);
  if (!isPlain || typeof value === 'function') throw new TypeError('a scope or criteria of plain values is needed');
  return value;
}

const isRecord = (value: object) => [Object.prototype, null].includes(Object.getPrototypeOf(value) as object | null);
