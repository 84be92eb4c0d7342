import { Inject, Injectable } from '@nestjs/common';
import { pause, type Logger } from '@orrery/shared/runtime';
import { DataSource } from 'typeorm';
import { API_CONFIG, type ApiConfig } from '../config.js';
import { LOGGER } from '../logger.js';
import { LOCKS } from './advisory-locks.js';
import { partitionOf, planPartitions, type Partition } from './partitions.js';
import { sqlStateOf } from './sql-state.js';
import { runIn, type Run } from './statements.js';
import { inTransaction } from './transaction.js';

const AHEAD_DAYS = 7;
/** Moving rows out of the default partition takes longer the more there are; no request waits for it meanwhile. */
const MAKING = { lockMs: 2000, statementMs: 600_000, idleMs: 10_000 };
/** While this waits for a lock, everyone who reads or writes events waits as well, so give up soon and retry. */
const DROPPING = { lockMs: 1000, statementMs: 10_000, idleMs: 10_000 };
const DROP_TRIES = 5;
const DROP_PAUSE_MS = 2000;
const LOCK_NOT_AVAILABLE = '55P03';

/**
 * The partitions of `events`, one for each day. Each is created or dropped in a transaction of its own, so that a
 * failure does not delay the others. Replicas take turns through an advisory lock; the second finds nothing to do.
 */
@Injectable()
export class EventPartitions {
  constructor(
    private readonly dataSource: DataSource,
    @Inject(API_CONFIG) private readonly config: ApiConfig,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Creates the partitions of today and the coming days. Throws the first failure after it has tried all. */
  async makeAhead(now: number = Date.now()): Promise<void> {
    const { make } = await this.#plan(now);
    await eachOf(make, (partition) => this.#make(partition));
  }

  /** Drops the partitions of whole days beyond the retention, the oldest first. */
  async dropOld(now: number = Date.now(), signal?: AbortSignal): Promise<void> {
    const { drop } = await this.#plan(now);
    await eachOf(drop.sort(), (name) => this.#drop(name, signal));
    const { from } = partitionOf(now - this.config.eventRetentionDays * 86_400_000);
    // Only once the partitions of these days are gone, because an ID without a day is not found.
    await this.dataSource.query('DELETE FROM event_days WHERE day < $1::date', [from]);
  }

  async #plan(now: number) {
    const existing = await this.#existing((text) => this.dataSource.query(text));
    return planPartitions(existing, now, AHEAD_DAYS, this.config.eventRetentionDays);
  }

  async #existing(run: Run): Promise<string[]> {
    const rows = await run<{ name: string }>(
      `SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'events'::regclass`,
    );
    return rows.map(({ name }) => name);
  }

  /**
   * Fills the partition from the default one before attaching it, so that attaching locks out neither readers nor
   * ingest.
   */
  async #make({ name, from, to }: Partition): Promise<void> {
    const strays = await inTransaction(
      this.dataSource,
      async (manager) => {
        const run = runIn(manager);
        await run('SELECT pg_advisory_xact_lock($1)', [LOCKS.partitions]);
        if ((await this.#existing(run)).includes(name)) return 0;
        await run(`CREATE TABLE ${name} (LIKE events INCLUDING DEFAULTS)`);
        const strays = await moveStrays(run, name, from, to);
        await run(`ALTER TABLE events ATTACH PARTITION ${name} FOR VALUES FROM ('${from}') TO ('${to}')`);
        return strays;
      },
      MAKING,
    );
    this.logger.info({ event: 'partitions.made', partition: name }, 'created a partition');
    if (strays > 0)
      this.logger.warn(
        { event: 'partitions.strays', partition: name, strays },
        'events were stored before their day had a partition; moved them',
      );
  }

  /**
   * DROP TABLE waits until nobody uses `events`, and everyone who comes later waits behind it. (DETACH CONCURRENTLY
   * would not, but it is impossible with a default partition.) So it waits briefly, several times.
   */
  async #drop(name: string, signal: AbortSignal | undefined): Promise<void> {
    for (let attempt = 1; ; attempt++)
      try {
        await inTransaction(
          this.dataSource,
          async (manager) => {
            const run = runIn(manager);
            await run('SELECT pg_advisory_xact_lock($1)', [LOCKS.partitions]);
            await run(`DROP TABLE IF EXISTS ${name}`);
          },
          DROPPING,
        );
        this.logger.info({ event: 'partitions.dropped', partition: name }, 'dropped a partition');
        return;
      } catch (error) {
        if (sqlStateOf(error) !== LOCK_NOT_AVAILABLE || attempt === DROP_TRIES || signal?.aborted) throw error;
        await pause(DROP_PAUSE_MS, signal);
      }
  }
}

/**
 * Moves the rows that were stored while this day had no partition. Most are moved while ingest continues; rows that it
 * adds meanwhile are moved under a lock, which is held to the end, because a remaining row would make attaching fail.
 */
async function moveStrays(run: Run, name: string, from: string, to: string): Promise<number> {
  const move = async () => {
    const [moved] = await run<{ n: number }>(
      `WITH stray AS (DELETE FROM events_default WHERE committed_at >= $1 AND committed_at < $2 RETURNING *),
       kept AS (INSERT INTO ${name} SELECT * FROM stray RETURNING 1) SELECT count(*)::int AS n FROM kept`,
      [from, to],
    );
    return moved?.n ?? 0;
  };
  const most = await move();
  await run('LOCK TABLE events_default IN EXCLUSIVE MODE');
  return most + (await move());
}

/** Tries all, then throws the first failure. */
async function eachOf<T>(list: readonly T[], work: (each: T) => Promise<void>): Promise<void> {
  const failures: unknown[] = [];
  for (const each of list) await work(each).catch((error: unknown) => failures.push(error));
  if (failures.length > 0) throw failures[0];
}
