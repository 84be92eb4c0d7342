import { z } from 'zod';
import { HostId } from '../ids.js';
import { page, PageQuery, Reference, Timestamp, wholeInQuery } from './common.js';

export const CloudEvent = z
  .object({
    specversion: z.literal('1.0').describe('Version of CloudEvents.'),
    id: z
      .string()
      .describe(
        '`STORE-NUMBER`. The number grows in commit order, so a stream that resumes after an id never skips an event.',
      ),
    type: z.string().meta({
      description: '`io.orrery.` and the event’s name; docs/events.md lists them all.',
      example: 'io.orrery.authorization.requested',
    }),
    source: z.string().meta({
      description: '`/hosts/NAME` of the host that it is about, or `/api` if it is about none.',
      example: '/hosts/web-1',
    }),
    subject: z.string().nullable().meta({
      description:
        'What it is about, such as HOST/CONTAINER/NETWORK; null if there is nothing more to say than `source`.',
      example: 'web-1/demo/8056c2e21c000001',
    }),
    time: Timestamp.describe(
      'When it happened, by the clock of the API: for what a host reports, its own time corrected for the error of its clock, never before the host was known and never after the commit.',
    ),
    datacontenttype: z.literal('application/json').describe('Media type of `data`.'),
    orreryhost: HostId.nullable().describe('Id of the host that it is about; null: it is about no host.'),
    orrerycommittime: Timestamp.describe(
      'When the API committed it: lists, streams, `since` and `until` go by this time.',
    ),
    orreryhosttime: Timestamp.nullable().describe(
      'When it happened by the clock of its host; null for events of the API itself.',
    ),
    simulated: z.boolean().describe('True for a host that only simulates its engine and its zerotier-one.'),
    data: z
      .record(z.string(), z.unknown())
      .describe(
        'Details; which fields there are depends on `type`. Events about something observed carry `after`: the whole thing as it is now, or null when it is gone.',
      ),
  })
  .meta({ id: 'CloudEvent', description: 'An event in the CloudEvents 1.0 envelope.' });
export type CloudEvent = z.infer<typeof CloudEvent>;
export const EventPage = page(CloudEvent, 'EventPage');
export type EventPage = z.infer<typeof EventPage>;

export const EventFilter = {
  host: Reference.optional().meta({ description: 'Only events about this host: its name or id.', example: 'web-1' }),
  node: Reference.optional().meta({
    description: 'Only events about this node: HOST, HOST/CONTAINER, an address or an id.',
    example: 'web-1/demo',
  }),
  container: Reference.optional().meta({
    description: 'Only events about this container: its id, HOST/NAME, or a name that only one host has.',
    example: 'web-1/demo',
  }),
  network: Reference.optional().meta({
    description: 'Only events about this network: its 16-digit ID or its name.',
    example: 'lab',
  }),
  command: Reference.optional().meta({
    description: 'Only events about this command: its id.',
    example: 'cmd_k3v7m2q5x4abcdefghij',
  }),
  type: z.string().max(500).optional().meta({
    description:
      'Only events of these types: exact (`authorization.requested`) or a family (`authorization.*`), several with commas.',
    example: 'command.*',
  }),
};
export const EventQuery = PageQuery.extend({
  ...EventFilter,
  since: z.string().max(40).optional().meta({
    description:
      'Only events from this time on: a time in ISO 8601, or a duration back from now such as `15m`, `24h` or `7d`.',
    example: '24h',
  }),
  until: z.string().max(40).optional().meta({
    description: 'Only events before this time: a time in ISO 8601, or a duration back from now.',
    example: '2026-01-31T12:00:00Z',
  }),
  order: z
    .enum(['asc', 'desc'])
    .default('desc')
    .meta({ description: '`desc`: newest first. `asc`: oldest first.', example: 'asc' }),
});
export type EventQuery = z.infer<typeof EventQuery>;

/** More events are not counted in one answer: the newest are. */
export const MAX_COUNTED_EVENTS = 250_000;

export const EventHistogramQuery = z.strictObject({
  ...EventFilter,
  from: z.string().max(40).default('24h').meta({
    description: 'Count events from this time on: a time in ISO 8601, or a duration back from now.',
    example: '7d',
  }),
  to: z.string().max(40).optional().meta({
    description: 'Count events before this time; left out: until now.',
    example: '2026-01-31T12:00:00Z',
  }),
  buckets: wholeInQuery(1, 500, 60).default(60).meta({
    description: 'Into how many parts of equal length to divide the time, each of a second or more.',
    example: 48,
  }),
  by: z.enum(['kind', 'severity']).default('kind').meta({
    description:
      '`kind`: by the first word of the type, such as `host` or `command`. `severity`: `error`, `warning` or `info`.',
    example: 'severity',
  }),
});
export type EventHistogramQuery = z.infer<typeof EventHistogramQuery>;

export const EventHistogram = z
  .object({
    from: Timestamp.describe('Start of the first bucket.'),
    to: Timestamp.describe('End of the last bucket.'),
    seconds: z.number().describe('Length of each bucket in seconds.'),
    by: z.enum(['kind', 'severity']).describe('What is counted separately.'),
    countedFrom: Timestamp.nullable().describe(
      'Set if there are more than 250,000 events: those before this time were not counted. Null: all were.',
    ),
    buckets: z
      .array(
        z.object({
          at: Timestamp.describe('Start of the bucket.'),
          counts: z
            .record(z.string(), z.int())
            .describe('How many events of each kind or severity; those without any are left out.'),
        }),
      )
      .describe('All buckets, the oldest first, also empty ones.'),
  })
  .meta({ id: 'EventHistogram', description: 'How many events there were, over time.' });
export type EventHistogram = z.infer<typeof EventHistogram>;

/** `GET /v1/events/stream`: Server-Sent Events; resumes after `Last-Event-ID` (or `?after=`); an unknown or too old ID yields `event: reset`. */
export const EventStreamQuery = z.strictObject({
  ...EventFilter,
  after: z.string().max(128).optional().meta({
    description:
      'Id of the last event that you have seen, where you cannot send `Last-Event-ID`; left out: from now on.',
    example: 'k3v7m2-4711',
  }),
});

export const StreamReset = z.object({ id: z.string().describe('Id after which the stream continues.') }).meta({
  id: 'StreamReset',
  description:
    'Message `event: reset`: the event to resume after is unknown or no longer kept. Read the current state again.',
});
export type StreamReset = z.infer<typeof StreamReset>;
export type EventStreamQuery = z.infer<typeof EventStreamQuery>;
