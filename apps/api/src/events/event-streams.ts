import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import type { EventStreamQuery } from '@orrery/shared/contracts';
import type { ServerResponse } from 'node:http';
import { EventCriteriaService } from './event-criteria.service.js';
import { EventFeed } from './event-feed.js';
import type { EventCriteria } from './event-filter.js';
import { eventId, parseEventId, toCloudEvent, type EventRow } from './event-row.js';
import { EventsRepository } from './events.repository.js';
import { EventsService } from './events.service.js';
import { SseWriter } from './sse-writer.js';
import { StreamReads } from './stream-reads.js';

const HEARTBEAT_MS = 15_000;
/** An older stream is ended, and resumed by its client. */
const LONGEST_TIMER_MS = 7 * 86_400_000;

export interface StreamStart {
  store: string;
  criteria: EventCriteria;
  /** Events after this one are sent. */
  after: number;
  /** The position from which the client wanted to resume does not exist: it must read the present state again. */
  reset: boolean;
  /** The stream ends when this token is revoked or expires. */
  token?: { id: string; until: Date | undefined };
  /** The stream also ends when this is aborted: the login of its reader has ended. */
  ended?: AbortSignal;
}

/**
 * Server-Sent Events. Each stream requests the events after the last one that it sent, from the feed if it has them in
 * memory, otherwise from the database. So it cannot skip one, nothing is queued for a slow reader, and a resumed stream
 * continues exactly.
 */
@Injectable()
export class EventStreams implements BeforeApplicationShutdown {
  readonly #stop = new AbortController();
  readonly #open = new Set<Promise<void>>();
  readonly #texts = new WeakMap<EventRow, string>();

  constructor(
    private readonly events: EventsService,
    private readonly repository: EventsRepository,
    private readonly criteria: EventCriteriaService,
    private readonly feed: EventFeed,
    private readonly reads: StreamReads,
  ) {}

  /** Where a stream begins; throws AppError if a filter names something unknown. */
  start(query: EventStreamQuery, lastEventId: string | undefined): Promise<StreamStart> {
    // Hundreds that start at the same moment, as after a restart, would otherwise take every connection to the
    // database.
    return this.reads.inTurn(() => this.#start(query, lastEventId));
  }

  async #start({ after, ...filter }: EventStreamQuery, lastEventId: string | undefined): Promise<StreamStart> {
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
    start.ended?.addEventListener('abort', () => restarted.abort(), { once: true });
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

  /** Once for all streams that share the row. */
  #textOf(store: string, row: EventRow): string {
    const known = this.#texts.get(row);
    if (known !== undefined) return known;
    const text = JSON.stringify(toCloudEvent(store, row));
    this.#texts.set(row, text);
    return text;
  }

  async #send(writer: SseWriter, { store, criteria, after, reset }: StreamStart): Promise<void> {
    let cursor = after;
    try {
      await writer.open(eventId(store, after), reset);
      while (!writer.signal.aborted) {
        const { rows, upTo } = await this.reads.after(cursor, criteria);
        for (const row of rows) await writer.event(eventId(store, row.id), this.#textOf(store, row));
        if (upTo > cursor) cursor = upTo;
        else if (!(await this.#somethingNew(cursor, writer.signal))) await writer.heartbeat();
      }
    } catch {
      // The client left or was too slow, or the database is down: the client reconnects with the last ID that it
      // received.
    } finally {
      writer.close();
    }
  }

  /** False: nothing new for the duration of a heartbeat. */
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
