import { Module } from '@nestjs/common';
import { LoginsModule } from '../logins/logins.module.js';
import { EventCriteriaService } from './event-criteria.service.js';
import { EventFeed } from './event-feed.js';
import { EventStreams } from './event-streams.js';
import { EventsController } from './events.controller.js';
import { EventsRepository } from './events.repository.js';
import { EventsService } from './events.service.js';
import { OpenStreams } from './open-streams.js';
import { StreamReads } from './stream-reads.js';

@Module({
  imports: [LoginsModule],
  controllers: [EventsController],
  providers: [EventCriteriaService, EventFeed, EventStreams, EventsRepository, EventsService, OpenStreams, StreamReads],
  exports: [EventFeed],
})
export class EventsModule {}
