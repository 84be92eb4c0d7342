import { Module } from '@nestjs/common';
import { StoreModule } from '../database/store.module.js';
import { EventCriteriaService } from './event-criteria.service.js';
import { EventFeed } from './event-feed.js';
import { EventStreams } from './event-streams.js';
import { EventsController } from './events.controller.js';
import { EventsRepository } from './events.repository.js';
import { EventsService } from './events.service.js';

@Module({
  imports: [StoreModule],
  controllers: [EventsController],
  providers: [EventCriteriaService, EventFeed, EventStreams, EventsRepository, EventsService],
  exports: [EventFeed],
})
export class EventsModule {}
