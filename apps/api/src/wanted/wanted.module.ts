import { Module } from '@nestjs/common';
import { Deliveries } from './deliveries.js';
import { DesiredPublisher, Publication } from './desired-publisher.js';
import { DesiredStates } from './desired-states.js';
import { DesiredWriter } from './desired-writer.js';
import { Wanted } from './wanted.service.js';

/** The desired state of hosts: read, changed by one writer, signed, and published until each host holds it. */
@Module({
  providers: [Wanted, DesiredWriter, DesiredStates, Deliveries, DesiredPublisher, Publication],
  exports: [Wanted, DesiredWriter, DesiredStates, Deliveries, DesiredPublisher],
})
export class WantedModule {}
