import { Injectable } from '@nestjs/common';
import {
  explain,
  MAX_COUNTED_EVENTS,
  type CloudEvent,
  type EventHistogram,
  type EventHistogramQuery,
  type EventPage,
  type EventQuery,
} from '@orrery/shared/contracts';
import { AppError } from '@orrery/shared/runtime';
import { hidesFromAsker } from '../database/visibility.js';
import { badRequest } from '../http/schema.pipe.js';
import { EventCriteriaService } from './event-criteria.service.js';
import { AUDIT_TYPES } from './event-filter.js';
import { eventId, parseEventId, toCloudEvent } from './event-row.js';
import { EventsRepository } from './events.repository.js';
import { parseMoment } from './moments.js';

/** The history: all events, for as long as they are kept. */
@Injectable()
export class EventsService {
  constructor(
    private readonly repository: EventsRepository,
    private readonly criteria: EventCriteriaService,
  ) {}

  async list(query: EventQuery): Promise<EventPage> {
    const { limit, order, after, since, until, ...filter } = query;
    const store = await this.storeId();
    const rows = await this.repository.list({
      criteria: await this.criteria.resolve(filter),
      since: since === undefined ? undefined : parseMoment('since', since),
      until: until === undefined ? undefined : parseMoment('until', until),
      after: after === undefined ? undefined : numberOf(store, after),
      order,
      limit: limit + 1,
    });
    const items = rows.slice(0, limit);
    const last = items.at(-1);
    const next = last && rows.length > limit ? eventId(store, last.id) : null;
    return { items: items.map((row) => toCloudEvent(store, row)), next };
  }

  async histogram({ from, to, buckets, by, ...filter }: EventHistogramQuery): Promise<EventHistogram> {
    const now = Date.now();
    const since = parseMoment('from', from, now);
    const until = to === undefined ? new Date(now) : parseMoment('to', to, now);
    const seconds = (until.getTime() - since.getTime()) / 1000 / buckets;
    checkLength(seconds, buckets);
    const asked = { since, until, buckets, by, most: MAX_COUNTED_EVENTS };
    const criteria = await this.criteria.resolve(filter);
    const { counts, countedFrom } = await this.repository.histogram({ criteria, ...asked });
    const shown: EventHistogram['buckets'] = Array.from({ length: buckets }, (_, at) => ({
      at: new Date(since.getTime() + at * seconds * 1000).toISOString(),
      counts: {},
    }));
    for (const { bucket, key, count } of counts) {
      const into = shown[bucket]?.counts;
      if (into) into[key] = (into[key] ?? 0) + count;
    }
    return {
      ...{ from: since.toISOString(), to: until.toISOString(), seconds, by },
      ...{ countedFrom: countedFrom?.toISOString() ?? null, buckets: shown },
    };
  }

  async get(reference: string): Promise<CloudEvent> {
    const store = await this.storeId();
    const asked = parseEventId(reference);
    const row = asked?.store === store ? await this.repository.get(asked.id) : undefined;
    const isHidden = row && hidesFromAsker() && AUDIT_TYPES.includes(row.type);
    if (row && !isHidden) return toCloudEvent(store, row);
    throw new AppError({ kind: 'user', ...explain('unknown-event/reference', { reference }) });
  }

  /** The identity of the database, which changes when it is restored from a backup. */
  storeId(): Promise<string> {
    return this.repository.storeId();
  }
}

/** A bucket lasts a second at least. */
function checkLength(seconds: number, buckets: number): void {
  if (seconds <= 0) throw badRequest([{ path: ['to'], message: 'must be later than `from`' }]);
  const most = Math.floor(seconds * buckets);
  if (seconds >= 1) return;
  const message =
    most < 1 ? 'must be a second later than `from`, at least' : `must be at most ${most} for so short a time`;
  throw badRequest([{ path: [most < 1 ? 'to' : 'buckets'], message }]);
}

function numberOf(store: string, after: string): number {
  const asked = parseEventId(after);
  if (asked?.store === store) return asked.id;
  throw badRequest([
    { path: ['after'], message: 'must be the ID of an event of this API, such as `next` of the previous page' },
  ]);
}
