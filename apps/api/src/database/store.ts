import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Sql, Transaction } from './sql.js';
import { inTransaction, type TransactionLimits } from './transaction.js';
import { visibilityNow } from './visibility.js';

/**
 * The database as services see it: single statements (passed on to repositories) and transactions. On behalf of a token
 * with a scope, both see only what is in it. This is the one place that enforces it for everything
 * (docs/adr/0026-a-scope-covers-every-table.md).
 */
@Injectable()
export class Store implements Sql {
  constructor(private readonly source: DataSource) {}

  query<T>(text: string, values?: unknown[]): Promise<T> {
    if (visibilityNow()) return this.transaction((transaction) => transaction.query<T>(text, values));
    return this.source.query<T>(text, values);
  }

  transaction<T>(work: (transaction: Transaction) => Promise<T>, limits?: TransactionLimits): Promise<T> {
    return inTransaction(this.source, work, limits);
  }
}
