import { Module } from '@nestjs/common';
import { ChangesModule } from '../changes/changes.module.js';
import { StoreModule } from '../database/store.module.js';
import { ReferencesModule } from '../references/references.module.js';
import { JoinTokensController } from './join-tokens.controller.js';
import { JoinTokensRepository } from './join-tokens.repository.js';
import { JoinTokens } from './join-tokens.service.js';

@Module({
  imports: [StoreModule, ReferencesModule, ChangesModule],
  controllers: [JoinTokensController],
  providers: [JoinTokens, JoinTokensRepository],
  exports: [JoinTokens],
})
export class JoinTokensModule {}
