import { Module } from '@nestjs/common';
import { ChangesModule } from '../changes/changes.module.js';
import { StoreModule } from '../database/store.module.js';
import { WantedModule } from '../wanted/wanted.module.js';
import { ReferencesModule } from '../references/references.module.js';
import { HostsController } from './hosts.controller.js';
import { HostsRepository } from './hosts.repository.js';
import { HostsService } from './hosts.service.js';

@Module({
  imports: [StoreModule, ReferencesModule, ChangesModule, WantedModule],
  controllers: [HostsController],
  providers: [HostsService, HostsRepository],
  exports: [HostsService],
})
export class HostsModule {}
