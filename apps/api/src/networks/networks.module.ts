import { Module } from '@nestjs/common';
import { SettlingModule } from '../admission/settling.module.js';
import { ChangesModule } from '../changes/changes.module.js';
import { ControllerDoorsModule } from '../controllers/controller-doors.module.js';
import { StoreModule } from '../database/store.module.js';
import { ReferencesModule } from '../references/references.module.js';
import { NetworkDrafts } from './network-drafts.service.js';
import { NetworksController } from './networks.controller.js';
import { NetworkChanges } from './network-changes.service.js';
import { NetworksRepository } from './networks.repository.js';
import { NetworksService } from './networks.service.js';

@Module({
  imports: [StoreModule, ReferencesModule, ChangesModule, ControllerDoorsModule, SettlingModule],
  controllers: [NetworksController],
  providers: [NetworksService, NetworksRepository, NetworkChanges, NetworkDrafts],
})
export class NetworksModule {}
