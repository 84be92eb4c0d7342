import { z } from 'zod';
import { HostId } from '../ids.js';
import { page, PageQuery, Reference, Timestamp } from './common.js';

/**
 * An event in the CloudEvents 1.0 envelope. `id` is `<store>-<number>`, growing in commit order. `time` is when it
 * happened, by the API's clock: for what a host tells, its own time with what is wrong with its clock taken out, never before the host was known nor
 * after the commit. Lists and streams go by the commit (`orrerycommittime`), and so do `since` and `until`.
 */
export const CloudEvent = z
  .object({
    specversion: z.literal('1.0'),
    id: z.string(),
    type: z.string().meta({ example: 'io.orrery.authorization.requested' }),
    source: z.string().meta({ example: '/hosts/web-1' }),
    subject: z.string().nullable().meta({ example: 'web-1/demo/8056c2e21c000001' }),
    time: Timestamp.meta({ description: 'When it happened, by the clock of the API' }),
    datacontenttype: z.literal('application/json'),
    orreryhost: HostId.nullable(),
    orrerycommittime: Timestamp.meta({ description: 'When the API committed it: the order of ids' }),
    orreryhosttime: Timestamp.nullable().meta({ description: "When it happened, as the host's clock showed it" }),
    simulated: z.boolean(),
    data: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'CloudEvent' });
export type CloudEvent = z.infer<typeof CloudEvent>;
export const EventPage = page(CloudEvent, 'EventPage');
export type EventPage = z.infer<typeof EventPage>;

export const EventFilter = {
  host: Reference.optional(),
  node: Reference.optional(),
  container: Reference.optional(),
  network: Reference.optional(),
  command: Reference.optional(),
  /** Exact (`authorization.requested`) or a family (`authorization.*`); several with commas. */
  type: z.string().max(500).optional(),
};
/** Newest first unless `order=asc`. `since` and `until` are times or durations back from now (`15m`, `24h`, `7d`). */
export const EventQuery = PageQuery.extend({
  ...EventFilter,
  since: z.string().max(40).optional(),
  until: z.string().max(40).optional(),
  order: z.enum(['asc', 'desc']).default('desc'),
});
export type EventQuery = z.infer<typeof EventQuery>;

/** `GET /v1/events/stream`: Server-Sent Events; resumes after `Last-Event-ID` (or `?after=`); an unknown or too old id gives `event: reset`. */
export const EventStreamQuery = z.strictObject({ ...EventFilter, after: z.string().max(128).optional() });
export type EventStreamQuery = z.infer<typeof EventStreamQuery>;
