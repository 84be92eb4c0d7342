import { Module } from '@nestjs/common';
import { ChangesModule } from '../changes/changes.module.js';
import { StoreModule } from '../database/store.module.js';
import { ReferencesModule } from '../references/references.module.js';
import { TokenList } from './token-list.repository.js';
import { Tokens } from './token-list.service.js';
import { TokensController } from './tokens.controller.js';

@Module({
  imports: [StoreModule, ReferencesModule, ChangesModule],
  controllers: [TokensController],
  providers: [Tokens, TokenList],
})
export class TokensModule {}
