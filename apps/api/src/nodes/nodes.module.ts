import { Module } from '@nestjs/common';
import { StoreModule } from '../database/store.module.js';
import { ReferencesModule } from '../references/references.module.js';
import { NodesController } from './nodes.controller.js';
import { NodesRepository } from './nodes.repository.js';
import { NodesService } from './nodes.service.js';

@Module({
  imports: [StoreModule, ReferencesModule],
  controllers: [NodesController],
  providers: [NodesService, NodesRepository],
})
export class NodesModule {}
