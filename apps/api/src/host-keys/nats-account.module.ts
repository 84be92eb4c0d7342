import { Module } from '@nestjs/common';
import { DatabaseModule } from '../database/database.module.js';
import { AccountKeeper } from './account-keeper.js';
import { NatsAccount } from './nats-account.js';
import { RevokedKeys } from './revoked-keys.repository.js';

/** Between Postgres and NATS: which keys let nobody in. */
@Module({
  imports: [DatabaseModule],
  providers: [AccountKeeper, NatsAccount, RevokedKeys],
  exports: [AccountKeeper],
})
export class NatsAccountModule {}
