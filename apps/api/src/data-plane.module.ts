import { Module } from '@nestjs/common';
import { AdmissionWorker } from './admission/admission-worker.js';
import { ReconcilingModule } from './admission/reconciling.module.js';
import { BusModule } from './bus/bus.module.js';
import { DataPlane } from './data-plane.js';
import { DatabaseModule } from './database/database.module.js';
import { Notifications } from './database/notifications.js';
import { Upkeep } from './database/upkeep.js';
import { DesiredModule } from './desired/desired.module.js';
import { DesiredPublisher } from './desired/desired-publisher.js';
import { EventFeed } from './events/event-feed.js';
import { EventsModule } from './events/events.module.js';
import { AccountKeeper } from './host-keys/account-keeper.js';
import { NatsAccountModule } from './host-keys/nats-account.module.js';
import { HelloModule } from './hello/hello.module.js';
import { ConnectionsKeeper } from './host-connections/connections-keeper.js';
import { HostConnectionsModule } from './host-connections/host-connections.module.js';
import { PresenceKeeper } from './hosts/presence/presence-keeper.js';
import { PresenceModule } from './hosts/presence/presence.module.js';
import { IngestModule } from './ingest/ingest.module.js';
import { Intake } from './ingest/intake.js';
import { IntroductionsModule } from './introductions/introductions.module.js';
import { Introductions } from './introductions/introductions.service.js';
import { LOOPS, type Loop } from './loops/loop.js';
import { QuotaKeeper } from './quotas/quota-keeper.js';
import { QuotasModule } from './quotas/quotas.module.js';

/** Everything between NATS and Postgres. Needs two global providers: API_CONFIG and LOGGER. */
@Module({
  imports: [
    DatabaseModule,
    BusModule,
    DesiredModule,
    IngestModule,
    HelloModule,
    NatsAccountModule,
    HostConnectionsModule,
    PresenceModule,
    EventsModule,
    ReconcilingModule,
    QuotasModule,
    IntroductionsModule,
  ],
  providers: [
    DataPlane,
    {
      provide: LOOPS,
      inject: [
        Notifications,
        Upkeep,
        DesiredPublisher,
        Intake,
        PresenceKeeper,
        EventFeed,
        AccountKeeper,
        ConnectionsKeeper,
        AdmissionWorker,
        QuotaKeeper,
        Introductions,
      ],
      useFactory: (...loops: Loop[]) => loops,
    },
  ],
  exports: [DesiredModule, EventsModule],
})
export class DataPlaneModule {}
