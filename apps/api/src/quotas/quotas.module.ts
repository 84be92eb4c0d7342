import { Module } from '@nestjs/common';
import { StoreModule } from '../database/store.module.js';
import { QuotaKeeper } from './quota-keeper.js';

@Module({ imports: [StoreModule], providers: [QuotaKeeper], exports: [QuotaKeeper] })
export class QuotasModule {}
