import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from '@orrery/shared/runtime';
import { LOGGER } from '../logger.js';
import type { Loop } from '../loops/loop.js';
import { Recurring } from '../loops/recurring.js';
import { Store } from './store.js';

const EVERY_MS = 10_000;
/** Below that, every plan is good enough. */
const MANY = 200;
/** Once it has statistics, autovacuum keeps them, and the fleet is no longer new. */
const LARGEST_FIRST = 'nodes';

/**
 * Statistics for tables that have none. Postgres makes them by itself, but up to a minute later. A fleet of a thousand hosts
 * is there within that minute, and without them Postgres takes its tables for nearly empty: reading the topology then takes
 * minutes instead of 0.1 s.
 */
@Injectable()
export class FirstStatistics implements Loop {
  constructor(
    private readonly store: Store,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  run(signal: AbortSignal): Promise<void> {
    const work = async () => ((await this.make()) ? 'over' : undefined);
    const failed = (cause: string) =>
      this.logger.debug({ event: 'statistics.failed', cause }, 'cannot make the first statistics of tables; retrying');
    return new Recurring({ everyMs: EVERY_MS, first: 'now', work, failed }).run(signal);
  }

  /** Resolves with whether there is nothing left to do for this process. */
  async make(): Promise<boolean> {
    const tables = await this.store.query<{ name: string; known: boolean; many: boolean }[]>(
      `SELECT quote_ident(s.relname) AS name, c.reltuples >= 0 AS known, s.n_live_tup > $1 AS many
         FROM pg_stat_user_tables s JOIN pg_class c ON c.oid = s.relid
        WHERE s.schemaname = current_schema()`,
      [MANY],
    );
    for (const { name, known, many } of tables) if (many && !known) await this.store.query(`ANALYZE ${name}`);
    return tables.some(({ name, known, many }) => name === LARGEST_FIRST && known && many);
  }
}
