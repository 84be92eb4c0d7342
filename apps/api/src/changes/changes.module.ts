import { Module } from '@nestjs/common';
import { DesiredModule } from '../desired/desired.module.js';
import { Changes } from './changes.service.js';
import { DryRuns } from './dry-runs.service.js';
import { IdempotencyKeeper } from './idempotency-keeper.js';
import { IdempotencyRepository } from './idempotency.repository.js';
import { WantedItemsRepository } from './wanted-items.repository.js';

@Module({
  imports: [DesiredModule],
  providers: [Changes, DryRuns, IdempotencyRepository, IdempotencyKeeper, WantedItemsRepository],
  exports: [Changes],
})
export class ChangesModule {}
