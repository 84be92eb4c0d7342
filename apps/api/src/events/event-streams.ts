import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import type { EventStreamQuery } from '@orrery/shared/contracts';
import type { ServerResponse } from 'node:http';
import { visibilityNow } from '../database/visibility.js';
import { EventCriteriaService } from './event-criteria.service.js';
import { EventFeed } from './event-feed.js';
import { isMatch, type EventCriteria } from './event-filter.js';
import { eventId, parseEventId, toCloudEvent, type EventRow } from './event-row.js';
import { EventsRepository } from './events.repository.js';
import { EventsService } from './events.service.js';
import { SseWriter } from './sse-writer.js';

const PAGE = 200;
const HEARTBEAT_MS = 15_000;
const CLOCK_MS = 86_400_000;
/** A stream that is older is ended and resumed. */
const LONGEST_TIMER_MS = 7 * 86_400_000;

export interface StreamStart {
  store: string;
  criteria: EventCriteria;
  /** Events after this one are sent. */
  after: number;
  /** What the client wanted to resume from is not there: it must look anew. */
  reset: boolean;
  /** Whose token it is: revoked or expired, it ends. */
  token?: { id: string; until: Date | undefined };
}

/**
 * Server-Sent Events. Each stream asks for what comes after the last event that it sent, from the feed when that has it at hand,
 * else from the database: so it cannot skip one, nothing is queued for a slow reader, and a resumed stream goes on exactly.
 */
@Injectable()
export class EventStreams implements BeforeApplicationShutdown {
  readonly #stop = new AbortController();
  readonly #open = new Set<Promise<void>>();

  constructor(
    private readonly events: EventsService,
    private readonly repository: EventsRepository,
    private readonly criteria: EventCriteriaService,
    private readonly feed: EventFeed,
  ) {}

  /** Where a stream begins; throws AppError when a filter names something unknown. */
  async start({ after, ...filter }: EventStreamQuery, lastEventId: string | undefined): Promise<StreamStart> {
    const criteria = await this.criteria.resolve(filter);
    const [store, ends] = await Promise.all([this.events.storeId(), this.repository.ends()]);
    const head = ends?.last ?? 0;
    const from = lastEventId || after;
    if (from === undefined) return { store, criteria, after: head, reset: false };
    const asked = parseEventId(from);
    const isHere = asked?.store === store && asked.id <= head && asked.id >= (ends?.first ?? 1) - 1;
    return isHere ? { store, criteria, after: asked.id, reset: false } : { store, criteria, after: head, reset: true };
  }

  /** Sends until the client goes, reads too slowly, or the process stops. */
  async send(response: ServerResponse, start: StreamStart): Promise<void> {
    const restarted = new AbortController();
    const forget = this.feed.onRestart(() => restarted.abort());
    const unwatch = this.#whenWorthless(start.token, () => restarted.abort());
    const writer = new SseWriter(response, AbortSignal.any([this.#stop.signal, restarted.signal]));
    const open = this.#send(writer, start).finally(() => {
      forget();
      unwatch();
      this.#open.delete(open);
    });
    this.#open.add(open);
    await open;
  }

  #whenWorthless(token: StreamStart['token'], end: () => void): () => void {
    if (!token) return () => undefined;
    const forget = this.feed.onEvents(
      (rows) => rows.some(({ type, data }) => type === 'token.revoked' && data.token === token.id) && end(),
    );
    const left = token.until ? Math.min(token.until.getTime() - Date.now(), LONGEST_TIMER_MS) : undefined;
    const timer = left === undefined ? undefined : setTimeout(end, left);
    return () => {
      forget();
      clearTimeout(timer);
    };
  }

  /** Before HTTP closes: clients reconnect elsewhere and resume. */
  async beforeApplicationShutdown(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#open);
  }

  async #send(writer: SseWriter, { store, criteria, after, reset }: StreamStart): Promise<void> {
    let cursor = after;
    try {
      await writer.open(eventId(store, after), reset);
      while (!writer.signal.aborted) {
        const { rows, upTo } = await this.#next(cursor, criteria);
        for (const row of rows) await writer.event(eventId(store, row.id), toCloudEvent(store, row));
        if (upTo > cursor) cursor = upTo;
        else if (!(await this.#somethingNew(cursor, writer.signal))) await writer.heartbeat();
      }
    } catch {
      // The client went, or was too slow, or the database is away: it reconnects with the last id that it got.
    } finally {
      writer.close();
    }
  }

  /** What matches after this event, and up to which event that is all. */
  async #next(cursor: number, criteria: EventCriteria): Promise<{ rows: readonly EventRow[]; upTo: number }> {
    // What is at hand is everybody's: a token with a scope asks the database, which shows only what is in it.
    const atHand = visibilityNow() ? undefined : this.feed.since(cursor);
    if (atHand) return { rows: atHand.filter((row) => isMatch(row, criteria)), upTo: atHand.at(-1)?.id ?? cursor };
    const head = this.feed.head;
    if (head === undefined) return { rows: [], upTo: cursor };
    const at = await this.repository.momentOf(cursor);
    const since = at && new Date(at.getTime() - CLOCK_MS);
    const rows = await this.repository.list({ criteria, since, after: cursor, upTo: head, order: 'asc', limit: PAGE });
    return { rows, upTo: rows.length === PAGE ? (rows.at(-1) as EventRow).id : head };
  }

  /** False: nothing came for the time of a heartbeat. */
  async #somethingNew(cursor: number, signal: AbortSignal): Promise<boolean> {
    if ((this.feed.head ?? 0) > cursor) return true;
    return new Promise((resolve) => {
      const done = (isNew: boolean) => {
        clearTimeout(timer);
        forget();
        signal.removeEventListener('abort', aborted);
        resolve(isNew);
      };
      const aborted = () => done(true);
      const timer = setTimeout(() => done(false), HEARTBEAT_MS);
      const forget = this.feed.onEvents(() => done(true));
      signal.addEventListener('abort', aborted, { once: true });
      if (signal.aborted) aborted();
    });
  }
}
