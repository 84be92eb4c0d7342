import type { DataSource, EntityManager } from 'typeorm';
import { sqlStateOf } from './sql-state.js';
import { runIn } from './statements.js';
import { visibilityNow, type Visibility } from './visibility.js';

export interface TransactionLimits {
  /** Milliseconds: for a lock, for a statement, between statements. A stuck transaction must not block the others. */
  lockMs: number;
  statementMs: number;
  idleMs: number;
}

const LIMITS: TransactionLimits = { lockMs: 3000, statementMs: 10_000, idleMs: 10_000 };
const TRIES = 3;
/** Serialization failure and deadlock: repeating the same work succeeds. */
const RETRIED = ['40001', '40P01'];

/**
 * One transaction with short timeouts. `work` may run again after a deadlock, so it must not change anything outside
 * the database.
 */
export async function inTransaction<T>(
  dataSource: DataSource,
  work: (manager: EntityManager) => Promise<T>,
  limits: TransactionLimits = LIMITS,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await dataSource.transaction(async (manager) => {
        await runIn(manager)(limitStatements(limits));
        await narrow(manager);
        return work(manager);
      });
    } catch (error) {
      if (attempt === TRIES || !RETRIED.includes(sqlStateOf(error) ?? '')) throw error;
    }
  }
}

/** Puts the schema first in which tables are views of what the token sees. */
async function narrow(manager: EntityManager): Promise<void> {
  const scope = visibilityNow();
  if (!scope) return;
  await runIn(manager)(
    `SELECT set_config('orrery.hosts', $1, true), set_config('orrery.networks', $2, true),
            set_config('orrery.everything', current_setting('search_path'), true),
            set_config('search_path', $3 || ', ' || current_setting('search_path'), true)`,
    [JSON.stringify(scope.hosts), JSON.stringify(scope.networks), schemaOf(scope)],
  );
}

/**
 * Within a transaction on behalf of a token with a scope: reads beyond the scope, for a check that must hold for
 * everyone (is this address taken, is this network kept here). The result must not appear in the answer.
 */
export async function beyondScope<T>(manager: EntityManager, work: () => Promise<T>): Promise<T> {
  const scope = visibilityNow();
  if (!scope) return work();
  const run = runIn(manager);
  await run(`SELECT set_config('search_path', current_setting('orrery.everything'), true)`);
  const found = await work();
  await run(`SELECT set_config('search_path', $1 || ', ' || current_setting('orrery.everything'), true)`, [
    schemaOf(scope),
  ]);
  return found;
}

/** A token that names hosts sees what is on them; one that names only networks sees what is in them. */
const schemaOf = ({ hosts }: Visibility) => (hosts ? 'orrery_scope' : 'orrery_scope_networks');

function limitStatements({ lockMs, statementMs, idleMs }: TransactionLimits): string {
  return `SET LOCAL lock_timeout = ${lockMs}; SET LOCAL statement_timeout = ${statementMs}; SET LOCAL idle_in_transaction_session_timeout = ${idleMs}`;
}
