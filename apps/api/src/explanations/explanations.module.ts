import { Module } from '@nestjs/common';
import { CommandsRepository } from '../commands/commands.repository.js';
import { ContainersRepository } from '../containers/containers.repository.js';
import { EventsRepository } from '../events/events.repository.js';
import { FindingsRepository } from '../findings/findings.repository.js';
import { HostsRepository } from '../hosts/hosts.repository.js';
import { MembershipsRepository } from '../memberships/memberships.repository.js';
import { NetworksRepository } from '../networks/networks.repository.js';
import { NetworksService } from '../networks/networks.service.js';
import { NodesRepository } from '../nodes/nodes.repository.js';
import { RoutesRepository } from '../routes/routes.repository.js';
import { DeparturesReader } from './departures-reader.js';
import { EvidenceReader, StandingReaders } from './evidence-reader.js';
import { ExplanationsController } from './explanations.controller.js';
import { ExplanationsRepository } from './explanations.repository.js';
import { Explanations } from './explanations.service.js';
import { WishReader } from './wish-reader.js';
import { HistoryReader } from './history-reader.js';

/** Reads what all features store, and changes nothing; the repositories hold no state. */
@Module({
  controllers: [ExplanationsController],
  providers: [
    ...[
      Explanations,
      DeparturesReader,
      EvidenceReader,
      StandingReaders,
      WishReader,
      HistoryReader,
      ExplanationsRepository,
    ],
    ...[CommandsRepository, ContainersRepository, EventsRepository, FindingsRepository, HostsRepository],
    ...[MembershipsRepository, NetworksRepository, NetworksService, NodesRepository, RoutesRepository],
  ],
})
export class ExplanationsModule {}
