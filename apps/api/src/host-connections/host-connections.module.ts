import { Module } from '@nestjs/common';
import { DatabaseModule } from '../database/database.module.js';
import { ConnectionsKeeper } from '../bus/connections-keeper.js';
import { NatsConnections } from '../bus/nats-connections.js';

/** Between NATS and hosts: no host has more connections than it needs. */
@Module({
  imports: [DatabaseModule],
  providers: [ConnectionsKeeper, NatsConnections],
  exports: [ConnectionsKeeper],
})
export class HostConnectionsModule {}
