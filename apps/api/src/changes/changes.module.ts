import { Module } from '@nestjs/common';
import { WantedModule } from '../wanted/wanted.module.js';
import { Changes } from './changes.service.js';
import { DryRuns } from './dry-runs.service.js';
import { OldKeys } from './forget-old-keys.js';
import { IdempotencyRepository } from './idempotency.repository.js';

@Module({
  imports: [WantedModule],
  providers: [Changes, DryRuns, IdempotencyRepository, OldKeys],
  exports: [Changes],
})
export class ChangesModule {}
