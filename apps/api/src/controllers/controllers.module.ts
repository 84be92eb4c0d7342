import { Module } from '@nestjs/common';
import { CallsModule } from '../calls/calls.module.js';
import { ChangesModule } from '../changes/changes.module.js';
import { CommandsModule } from '../commands/commands.module.js';
import { ContainersModule } from '../containers/containers.module.js';
import { StoreModule } from '../database/store.module.js';
import { ReferencesModule } from '../references/references.module.js';
import { ControllerAdditions } from './controller-additions.service.js';
import { ControllerDoorsModule } from './controller-doors.module.js';
import { ControllerLaunch } from './controller-launch.service.js';
import { ControllersController } from './controllers.controller.js';
import { ControllersService } from './controllers.service.js';

@Module({
  imports: [
    StoreModule,
    ReferencesModule,
    ChangesModule,
    CallsModule,
    CommandsModule,
    ContainersModule,
    ControllerDoorsModule,
  ],
  controllers: [ControllersController],
  providers: [ControllersService, ControllerAdditions, ControllerLaunch],
})
export class ControllersModule {}
