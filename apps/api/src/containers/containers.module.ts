import { Module } from '@nestjs/common';
import { ChangesModule } from '../changes/changes.module.js';
import { CommandsModule } from '../commands/commands.module.js';
import { WantedModule } from '../wanted/wanted.module.js';
import { AttachmentsController } from './attachments.controller.js';
import { ContainerChanges } from './container-changes.service.js';
import { ContainersController } from './containers.controller.js';
import { ContainersRepository } from './containers.repository.js';
import { ContainersService } from './containers.service.js';
import { HostContainersController } from './host-containers.controller.js';

@Module({
  imports: [ChangesModule, WantedModule, CommandsModule],
  controllers: [ContainersController, HostContainersController, AttachmentsController],
  providers: [ContainersService, ContainersRepository, ContainerChanges],
  exports: [ContainerChanges],
})
export class ContainersModule {}
