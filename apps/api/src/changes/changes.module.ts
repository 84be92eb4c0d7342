import { Module } from '@nestjs/common';
import { CallsModule } from '../calls/calls.module.js';
import { StoreModule } from '../database/store.module.js';
import { WantedModule } from '../wanted/wanted.module.js';
import { Changes } from './changes.service.js';
import { DryRuns } from './dry-runs.service.js';
import { IdempotencyKeeper } from './idempotency-keeper.js';
import { IdempotencyRepository } from './idempotency.repository.js';

@Module({
  imports: [StoreModule, WantedModule, CallsModule],
  providers: [Changes, DryRuns, IdempotencyRepository, IdempotencyKeeper],
  exports: [Changes],
})
export class ChangesModule {}
