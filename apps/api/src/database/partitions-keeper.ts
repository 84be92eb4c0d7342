import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { describeError, pause, type Logger } from '@orrery/shared/runtime';
import { DataSource } from 'typeorm';
import { API_CONFIG, type ApiConfig } from '../config.js';
import { LOGGER } from '../logger.js';
import { LOCKS } from './advisory-locks.js';
import { planPartitions, type Partition } from './partitions.js';
import { runIn, type Run } from './statements.js';
import { inTransaction } from './transaction.js';

const AHEAD_DAYS = 7;
const EVERY_MS = 3_600_000;
const RETRY_MS = 60_000;
/** Of one host: the newest tell what is wrong. */
const MOST_QUARANTINED = 1000;

/** Makes the partitions of `events` ahead and drops what is older than the retention; prunes what hangs on it. */
@Injectable()
export class PartitionsKeeper {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    @Inject(API_CONFIG) private readonly config: ApiConfig,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** The one owner loop. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const kept = await this.keep().then(
        () => true,
        (error: unknown) => {
          this.logger.warn({ event: 'partitions.failed', cause: describeError(error) }, 'partitions were not kept');
          return false;
        },
      );
      await pause(kept ? EVERY_MS : RETRY_MS, signal);
    }
  }

  /** Once, at this moment. Replicas take turns by an advisory lock; whoever comes second finds nothing to do. */
  async keep(now: number = Date.now()): Promise<void> {
    await inTransaction(this.dataSource, async (manager) => {
      const run = runIn(manager);
      await run('SELECT pg_advisory_xact_lock($1)', [LOCKS.partitions]);
      const rows = await run<{ name: string }>(
        `SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'events'::regclass`,
      );
      const existing = rows.map(({ name }) => name);
      const { make, drop } = planPartitions(existing, now, AHEAD_DAYS, this.config.eventRetentionDays);
      for (const partition of make) await this.#make(run, partition);
      for (const name of drop) await run(`DROP TABLE ${name}`);
      await this.#prune(run, now);
      if (make.length + drop.length > 0)
        this.logger.info(
          { event: 'partitions.kept', made: make.map(({ name }) => name), dropped: drop },
          'kept partitions',
        );
    });
  }

  /**
   * Filled from the default partition before it is attached: attaching locks neither readers nor ingest out, and rows
   * that came while nobody kept partitions move to where they belong.
   */
  async #make(run: Run, { name, from, to }: Partition): Promise<void> {
    await run(`CREATE TABLE ${name} (LIKE events INCLUDING DEFAULTS)`);
    const moved = await run<{ n: number }>(
      `WITH stray AS (DELETE FROM events_default WHERE committed_at >= $1 AND committed_at < $2 RETURNING *),
       kept AS (INSERT INTO ${name} SELECT * FROM stray RETURNING 1) SELECT count(*)::int AS n FROM kept`,
      [from, to],
    );
    await run(`ALTER TABLE events ATTACH PARTITION ${name} FOR VALUES FROM ('${from}') TO ('${to}')`);
    const strays = moved[0]?.n ?? 0;
    if (strays > 0)
      this.logger.warn({ event: 'partitions.strays', partition: name, strays }, 'events had no partition of their day');
  }

  async #prune(run: Run, now: number): Promise<void> {
    const before = new Date(now - this.config.eventRetentionDays * 86_400_000).toISOString();
    await run('DELETE FROM commands WHERE ended_at < $1', [before]);
    await run(
      `DELETE FROM event_quarantine WHERE at < $1 OR id IN (
         SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY host_id ORDER BY id DESC) AS place FROM event_quarantine) q
         WHERE place > $2)`,
      [before, MOST_QUARANTINED],
    );
    await run(`DELETE FROM epochs WHERE closed AND heard_at < $1::timestamptz - interval '30 days'`, [
      new Date(now).toISOString(),
    ]);
  }
}
