import { Module } from '@nestjs/common';
import { AdmissionModule } from '../admission/admission.module.js';
import { AdmissionsController } from '../admission/admissions.controller.js';
import { AdmissionsRepository } from '../admission/admissions.repository.js';
import { Admissions } from '../admission/admissions.service.js';
import { ChangesModule } from '../changes/changes.module.js';
import { PathsController } from '../paths/paths.controller.js';
import { PathsRepository } from '../paths/paths.repository.js';
import { PathsService } from '../paths/paths.service.js';
import { NetworkChanges } from './network-changes.service.js';
import { NetworkDrafts } from './network-drafts.service.js';
import { NetworksController } from './networks.controller.js';
import { NetworksRepository } from './networks.repository.js';
import { NetworksService } from './networks.service.js';

/** Networks, the admissions to each of them, and the paths between its nodes, as people see and change them. */
@Module({
  imports: [AdmissionModule, ChangesModule],
  controllers: [NetworksController, AdmissionsController, PathsController],
  providers: [
    ...[NetworksService, NetworksRepository, NetworkChanges, NetworkDrafts],
    ...[Admissions, AdmissionsRepository],
    ...[PathsService, PathsRepository],
  ],
})
export class NetworksModule {}
