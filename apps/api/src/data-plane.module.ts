import { Module } from '@nestjs/common';
import { AdmissionModule } from './admission/admission.module.js';
import { AdmissionWorker } from './admission/admission-worker.js';
import { AccountKeeper } from './bus/account-keeper.js';
import { BusModule } from './bus/bus.module.js';
import { ConnectionsKeeper } from './bus/connections-keeper.js';
import { DataPlane } from './data-plane.js';
import { DatabaseModule } from './database/database.module.js';
import { Notifications } from './database/notifications.js';
import { FirstStatistics } from './database/first-statistics.js';
import { Upkeep } from './database/upkeep.js';
import { WantedModule } from './wanted/wanted.module.js';
import { DesiredPublisher } from './wanted/desired-publisher.js';
import { EventFeed } from './events/event-feed.js';
import { EventsModule } from './events/events.module.js';
import { FleetKeeper } from './fleet/fleet-keeper.js';
import { HelloController } from './hello/hello.controller.js';
import { HelloService } from './hello/hello.service.js';
import { HelloStates } from './hello/hello-states.js';
import { BeatController } from './hosts/presence/beat.controller.js';
import { EphemeralHosts } from './hosts/presence/ephemeral-hosts.js';
import { PresenceBoard } from './hosts/presence/presence-board.js';
import { PresenceJudge, PresenceKeeper } from './hosts/presence/presence-keeper.js';
import { PresenceNotes } from './hosts/presence/presence-notes.js';
import { EventAllowance } from './ingest/event-allowance.js';
import { GroupCommitter } from './ingest/group-committer.js';
import { IngestController } from './ingest/ingest.controller.js';
import { Intake } from './ingest/intake.js';
import { Introductions } from './introductions/introductions.service.js';
import { LabelWorker } from './workloads/label-worker.js';
import { WorkloadsModule } from './workloads/workloads.module.js';
import { LOOPS, type Loop } from './loops/loop.js';
import { QuotaKeeper } from './quotas/quota-keeper.js';

/** In the order in which they start. */
const OWNERS_OF_LOOPS = [
  Notifications,
  Upkeep,
  FirstStatistics,
  DesiredPublisher,
  Intake,
  PresenceKeeper,
  EventFeed,
  AccountKeeper,
  ConnectionsKeeper,
  AdmissionWorker,
  LabelWorker,
  QuotaKeeper,
  FleetKeeper,
  Introductions,
];

/**
 * Everything between NATS and Postgres: messages from agents (hello, heartbeats, events) arrive here, and the loops run
 * here. Needs two global providers: API_CONFIG and LOGGER.
 */
@Module({
  imports: [DatabaseModule, BusModule, WantedModule, EventsModule, AdmissionModule, WorkloadsModule],
  controllers: [HelloController, BeatController, IngestController],
  providers: [
    DataPlane,
    ...[HelloService, HelloStates],
    ...[PresenceBoard, PresenceJudge, PresenceKeeper, PresenceNotes, EphemeralHosts],
    ...[GroupCommitter, Intake, EventAllowance, QuotaKeeper, FleetKeeper],
    { provide: LOOPS, inject: OWNERS_OF_LOOPS, useFactory: (...loops: Loop[]) => loops },
  ],
})
export class DataPlaneModule {}
