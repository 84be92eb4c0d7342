import { Module } from '@nestjs/common';
import { StoreModule } from '../database/store.module.js';
import { ReferencesModule } from '../references/references.module.js';
import { FindingsController } from './findings.controller.js';
import { FindingsRepository } from './findings.repository.js';
import { FindingsService } from './findings.service.js';

@Module({
  imports: [StoreModule, ReferencesModule],
  controllers: [FindingsController],
  providers: [FindingsService, FindingsRepository],
})
export class FindingsModule {}
