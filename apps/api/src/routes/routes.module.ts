import { Module } from '@nestjs/common';
import { AdmissionModule } from '../admission/admission.module.js';
import { ChangesModule } from '../changes/changes.module.js';
import { CommandsModule } from '../commands/commands.module.js';
import { ContainersModule } from '../containers/containers.module.js';
import { WantedModule } from '../wanted/wanted.module.js';
import { RouteChanges } from './route-changes.service.js';
import { RouteWrites } from './route-writes.service.js';
import { Routers } from './routers.service.js';
import { RoutesController } from './routes.controller.js';
import { RoutesRepository } from './routes.repository.js';
import { RoutesService } from './routes.service.js';

/** Prefixes behind hosts that routers bring into networks. */
@Module({
  imports: [AdmissionModule, ChangesModule, CommandsModule, ContainersModule, WantedModule],
  controllers: [RoutesController],
  providers: [RoutesService, RoutesRepository, RouteChanges, RouteWrites, Routers],
  exports: [RoutesService],
})
export class RoutesModule {}
