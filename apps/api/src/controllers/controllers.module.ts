import { Module } from '@nestjs/common';
import { AdmissionModule } from '../admission/admission.module.js';
import { ChangesModule } from '../changes/changes.module.js';
import { CommandsModule } from '../commands/commands.module.js';
import { ContainersModule } from '../containers/containers.module.js';
import { WantedModule } from '../wanted/wanted.module.js';
import { ControllerAdditions } from './controller-additions.service.js';
import { ControllerLaunch } from './controller-launch.service.js';
import { ControllersController } from './controllers.controller.js';
import { ControllersService } from './controllers.service.js';

@Module({
  imports: [AdmissionModule, ChangesModule, CommandsModule, ContainersModule, WantedModule],
  controllers: [ControllersController],
  providers: [ControllersService, ControllerAdditions, ControllerLaunch],
})
export class ControllersModule {}
