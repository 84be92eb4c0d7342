import { Module } from '@nestjs/common';
import { DatabaseModule } from '../database/database.module.js';
import { AccountKeeper } from './account-keeper.js';
import { NatsAccount } from './nats-account.js';
import { RevokedKeys } from './revoked-keys.repository.js';

/** Brings revoked keys from Postgres to NATS. */
@Module({
  imports: [DatabaseModule],
  providers: [AccountKeeper, NatsAccount, RevokedKeys],
  exports: [AccountKeeper],
})
export class NatsAccountModule {}
