import { Module } from '@nestjs/common';
import { CallsModule } from '../calls/calls.module.js';
import { StoreModule } from '../database/store.module.js';
import { DesiredModule } from '../wanted/desired.module.js';
import { Changes } from './changes.service.js';
import { DryRuns } from './dry-runs.service.js';
import { IdempotencyKeeper } from './idempotency-keeper.js';
import { IdempotencyRepository } from './idempotency.repository.js';
import { WantedItemsRepository } from '../wanted/wanted-items.repository.js';

@Module({
  imports: [StoreModule, DesiredModule, CallsModule],
  providers: [Changes, DryRuns, IdempotencyRepository, IdempotencyKeeper, WantedItemsRepository],
  exports: [Changes],
})
export class ChangesModule {}
