import { Module } from '@nestjs/common';
import { Deliveries } from './deliveries.js';
import { DesiredPublisher } from './desired-publisher.js';
import { DesiredStates } from './desired-states.js';
import { DesiredWriter } from './desired-writer.js';
import { Publication } from './publication.js';

@Module({
  providers: [Deliveries, DesiredPublisher, DesiredStates, DesiredWriter, Publication],
  exports: [Deliveries, DesiredPublisher, DesiredStates, DesiredWriter],
})
export class DesiredModule {}
