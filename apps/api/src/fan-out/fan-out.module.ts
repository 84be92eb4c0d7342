import { Module } from '@nestjs/common';
import { ChangesModule } from '../changes/changes.module.js';
import { CommandsModule } from '../commands/commands.module.js';
import { ContainersModule } from '../containers/containers.module.js';
import { MembershipsModule } from '../memberships/memberships.module.js';
import { ReferencesModule } from '../references/references.module.js';
import { WantedModule } from '../wanted/wanted.module.js';
import { FanOutController } from './fan-out.controller.js';
import { FanOutRepository } from './fan-out.repository.js';
import { FanOuts } from './fan-out.service.js';
import { HostCommands } from './host-commands.service.js';

@Module({
  imports: [ChangesModule, CommandsModule, ContainersModule, MembershipsModule, ReferencesModule, WantedModule],
  controllers: [FanOutController],
  providers: [FanOuts, FanOutRepository, HostCommands],
})
export class FanOutModule {}
