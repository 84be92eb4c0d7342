import { Module } from '@nestjs/common';
import { CallsModule } from '../calls/calls.module.js';
import { ChangesModule } from '../changes/changes.module.js';
import { StoreModule } from '../database/store.module.js';
import { ReferencesModule } from '../references/references.module.js';
import { ProbesController } from './probes.controller.js';
import { ProbesRepository } from './probes.repository.js';
import { ProbesService } from './probes.service.js';

@Module({
  imports: [StoreModule, ReferencesModule, ChangesModule, CallsModule],
  controllers: [ProbesController],
  providers: [ProbesService, ProbesRepository],
})
export class ProbesModule {}
