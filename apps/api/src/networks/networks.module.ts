import { Module } from '@nestjs/common';
import { ChangesModule } from '../changes/changes.module.js';
import { StoreModule } from '../database/store.module.js';
import { ReferencesModule } from '../references/references.module.js';
import { NetworksController } from './networks.controller.js';
import { NetworksRepository } from './networks.repository.js';
import { NetworksService } from './networks.service.js';

@Module({
  imports: [StoreModule, ReferencesModule, ChangesModule],
  controllers: [NetworksController],
  providers: [NetworksService, NetworksRepository],
})
export class NetworksModule {}
