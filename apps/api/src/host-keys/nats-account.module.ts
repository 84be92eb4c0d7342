import { Module } from '@nestjs/common';
import { DatabaseModule } from '../database/database.module.js';
import { AccountKeeper } from '../bus/account-keeper.js';
import { NatsAccount } from '../bus/nats-account.js';
import { RevokedKeys } from '../bus/revoked-keys.repository.js';

/** Between Postgres and NATS: which keys let nobody in. */
@Module({
  imports: [DatabaseModule],
  providers: [AccountKeeper, NatsAccount, RevokedKeys],
  exports: [AccountKeeper],
})
export class NatsAccountModule {}
