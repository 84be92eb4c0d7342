import { Module } from '@nestjs/common';
import { CallsModule } from '../calls/calls.module.js';
import { ChangesModule } from '../changes/changes.module.js';
import { CommandsModule } from '../commands/commands.module.js';
import { StoreModule } from '../database/store.module.js';
import { ReferencesModule } from '../references/references.module.js';
import { WantedModule } from '../wanted/wanted.module.js';
import { ContainerChanges } from './container-changes.service.js';
import { ContainersController } from './containers.controller.js';
import { ContainersRepository } from './containers.repository.js';
import { ContainersService } from './containers.service.js';
import { HostContainersController } from './host-containers.controller.js';

@Module({
  imports: [StoreModule, ReferencesModule, ChangesModule, CallsModule, WantedModule, CommandsModule],
  controllers: [ContainersController, HostContainersController],
  providers: [ContainersService, ContainersRepository, ContainerChanges],
  exports: [ContainerChanges],
})
export class ContainersModule {}
