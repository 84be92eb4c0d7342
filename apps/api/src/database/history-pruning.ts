import { Inject, Injectable } from '@nestjs/common';
import { LOGIN_IDLE_SECONDS } from '@orrery/shared/contracts';
import { pause } from '@orrery/shared/runtime';
import { DataSource } from 'typeorm';
import { API_CONFIG, type ApiConfig } from '../config.js';
import { LOCKS } from './advisory-locks.js';
import { sqlStateOf } from './sql-state.js';
import { runIn } from './statements.js';
import { inTransaction } from './transaction.js';

const DAY_MS = 86_400_000;
const LIMITS = { lockMs: 2000, statementMs: 10_000, idleMs: 10_000 };
/** Rows that one statement removes, and the minimum after timeouts. */
const CHUNK = 5000;
const LEAST_CHUNK = 100;
/** The pause between two statements, so that other work comes first. */
const YIELD_MS = 50;
const TIMED_OUT = '57014';
/** For each host: the newest show what is wrong. */
const MOST_QUARANTINED = 1000;

/**
 * Rows to remove when older than `$1`, at most `$2` for each statement. `days`: how long they are kept; null: as long
 * as events.
 */
const PRUNED: { days: number | null; statement: string }[] = [
  {
    days: null, // with their items and stages
    statement:
      'DELETE FROM commands WHERE id IN (SELECT id FROM commands WHERE ended_at < $1 ORDER BY ended_at LIMIT $2)',
  },
  {
    days: null,
    statement: 'DELETE FROM event_quarantine WHERE id IN (SELECT id FROM event_quarantine WHERE at < $1 LIMIT $2)',
  },
  {
    days: 0, // beyond the limit of one host, however new
    statement: `DELETE FROM event_quarantine WHERE id IN (
      SELECT older.id FROM (SELECT DISTINCT host_id FROM event_quarantine) AS h CROSS JOIN LATERAL (
        SELECT q.id, q.at FROM event_quarantine q WHERE q.host_id = h.host_id ORDER BY q.id DESC OFFSET ${MOST_QUARANTINED}) AS older
      WHERE older.at < $1 LIMIT $2)`,
  },
  {
    days: 30,
    statement:
      'DELETE FROM epochs WHERE (host_id, epoch) IN (SELECT host_id, epoch FROM epochs WHERE closed AND heard_at < $1 LIMIT $2)',
  },
  {
    days: LOGIN_IDLE_SECONDS / 86_400, // they have ended; those of a revoked token, too, have not been used since
    statement: 'DELETE FROM logins WHERE id IN (SELECT id FROM logins WHERE used_at < $1 ORDER BY used_at LIMIT $2)',
  },
  {
    days: null, // events without a partition of their day, which would have been dropped with it
    statement: `DELETE FROM events_default WHERE (id, committed_at) IN (
      SELECT id, committed_at FROM events_default WHERE committed_at < $1 LIMIT $2)`,
  },
];

/** Removes history beyond the retention other than events: a few rows at a time, until nothing is left. */
@Injectable()
export class HistoryPruning {
  constructor(
    private readonly dataSource: DataSource,
    @Inject(API_CONFIG) private readonly config: ApiConfig,
  ) {}

  /** If one kind of row cannot be removed, the others still are. Throws the first failure at the end. */
  async prune(now: number = Date.now(), signal?: AbortSignal): Promise<void> {
    const failures: unknown[] = [];
    for (const { days, statement } of PRUNED) {
      const before = new Date(now - (days ?? this.config.eventRetentionDays) * DAY_MS);
      await this.#removeAll(statement, before, signal).catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw failures[0];
  }

  async #removeAll(statement: string, before: Date, signal: AbortSignal | undefined): Promise<void> {
    let most = CHUNK;
    while (!signal?.aborted) {
      try {
        if ((await this.#remove(statement, before, most)) < most) return;
      } catch (error) {
        if (sqlStateOf(error) !== TIMED_OUT || most <= LEAST_CHUNK) throw error;
        most = Math.ceil(most / 2);
      }
      await pause(YIELD_MS, signal);
    }
  }

  /** Returns the number of removed rows; 0 if another replica is doing this. */
  #remove(statement: string, before: Date, most: number): Promise<number> {
    return inTransaction(
      this.dataSource,
      async (manager) => {
        const run = runIn(manager);
        const [lock] = await run<{ taken: boolean }>('SELECT pg_try_advisory_xact_lock($1) AS taken', [LOCKS.pruning]);
        if (!lock?.taken) return 0;
        const [gone] = await run<{ n: number }>(
          `WITH gone AS (${statement} RETURNING 1) SELECT count(*)::int AS n FROM gone`,
          [before, most],
        );
        return gone?.n ?? 0;
      },
      LIMITS,
    );
  }
}
