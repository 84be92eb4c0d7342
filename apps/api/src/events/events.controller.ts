import { Controller, Get, Headers, Param, Query, Req, Res } from '@nestjs/common';
import { ApiHeader, ApiResponse } from '@nestjs/swagger';
import {
  CloudEvent,
  EventHistogram,
  EventHistogramQuery,
  EventPage,
  EventQuery,
  EventStreamQuery,
  Reference,
} from '@orrery/shared/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Policy } from '../auth/policy.decorator.js';
import { Operation } from '../http/operation.decorator.js';
import { LoginWatch } from '../logins/login-watch.js';
import { EventsService } from './events.service.js';
import { EventStreams } from './event-streams.js';
import { OpenStreams } from './open-streams.js';

const FILTER_PROBLEMS = [
  'unknown-host',
  'unknown-node',
  'unknown-container',
  'unknown-network',
  'unknown-command',
] as const;

@Controller('v1/events')
export class EventsController {
  constructor(
    private readonly events: EventsService,
    private readonly streams: EventStreams,
    private readonly open: OpenStreams,
    private readonly logins: LoginWatch,
  ) {}

  @Get()
  @Policy('viewer')
  @Operation({
    id: 'listEvents',
    tag: 'events',
    summary: 'What happened, newest first',
    answers: { 200: EventPage },
    problems: [...FILTER_PROBLEMS],
  })
  list(@Query({ schema: EventQuery }) query: EventQuery): Promise<EventPage> {
    return this.events.list(query);
  }

  @Get('histogram')
  @Policy('viewer')
  @Operation({
    id: 'getEventHistogram',
    tag: 'events',
    summary: 'How many events there were, over time',
    answers: { 200: EventHistogram },
    problems: [...FILTER_PROBLEMS],
  })
  histogram(@Query({ schema: EventHistogramQuery }) query: EventHistogramQuery): Promise<EventHistogram> {
    return this.events.histogram(query);
  }

  @Get('stream')
  @Policy('viewer')
  @Operation({
    id: 'streamEvents',
    tag: 'events',
    summary: 'What happens, as Server-Sent Events',
    answers: {},
    problems: [...FILTER_PROBLEMS, 'too-many-streams'],
  })
  @ApiHeader({
    name: 'Last-Event-ID',
    required: false,
    description: 'Id of the last event that you have seen: the stream continues after it. Left out: from now on.',
    schema: { type: 'string', example: 'k3v7m2-4711' },
  })
  @ApiResponse({
    status: 200,
    description: 'A stream without an end. The schema is that of the `data` of one message.',
    content: {
      'text/event-stream': {
        schema: { anyOf: [{ $ref: '#/components/schemas/CloudEvent' }, { $ref: '#/components/schemas/StreamReset' }] },
      },
    },
  })
  async stream(
    @Query({ schema: EventStreamQuery }) query: EventStreamQuery,
    @Headers('last-event-id') lastEventId: string | undefined,
    @Req() { method, principal }: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const start = await this.streams.start(query, lastEventId);
    // Node would send no body and never end, which looks like a stream in which nothing happens.
    if (method === 'HEAD') return void reply.type('text/event-stream').send();
    const ended = principal ? this.open.open(principal.tokenId) : () => undefined;
    reply.raw.once('close', ended);
    const loggedOut = new AbortController();
    if (principal?.login)
      reply.raw.once(
        'close',
        this.logins.whenEnded(principal.login, () => loggedOut.abort()),
      );
    const headers = { ...reply.getHeaders(), 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' };
    reply.hijack();
    reply.raw.writeHead(200, headers as Record<string, string>);
    const token = principal && { id: principal.tokenId, until: principal.until };
    await this.streams.send(reply.raw, { ...start, ...(token ? { token } : {}), ended: loggedOut.signal });
  }

  @Get(':event')
  @Policy('viewer')
  @Operation({
    id: 'getEvent',
    tag: 'events',
    summary: 'One event',
    answers: { 200: CloudEvent },
    problems: ['unknown-event'],
  })
  get(@Param('event', { schema: Reference }) reference: string): Promise<CloudEvent> {
    return this.events.get(reference);
  }
}
