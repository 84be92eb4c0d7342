import { Inject, Injectable } from '@nestjs/common';
import { describeError, retry, type Logger } from '@orrery/shared/runtime';
import { DataSource } from 'typeorm';
import { LOGGER } from '../logger.js';
import { LOCKS } from './advisory-locks.js';
import { DatabaseState } from './database-state.js';
import { Upkeep } from './upkeep.js';

/**
 * Connects, migrates and creates the first partitions. Retries forever, so that the process survives an unreachable
 * database.
 */
@Injectable()
export class DatabaseConnector {
  constructor(
    private readonly dataSource: DataSource,
    private readonly state: DatabaseState,
    private readonly upkeep: Upkeep,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Resolves when the database is ready, or the signal is aborted. Never throws. */
  async connect(signal: AbortSignal): Promise<void> {
    const attempt = async () => {
      if (!this.dataSource.isInitialized) await this.dataSource.initialize();
      await this.#migrate();
      // If this fails, the upkeep loop tries again; until then events go to the default partition.
      await this.upkeep.perform('make-partitions');
    };
    const options = { signal, firstMs: 200, maxMs: 2000, onFailure: this.#report };
    const connected = await retry(attempt, options).then(
      () => true,
      () => false,
    );
    if (!connected) return;
    this.state.succeeded();
    this.logger.info({ event: 'database.ready' }, 'the database is connected and up to date');
  }

  /** One process migrates; the others wait for it and find nothing left to do. */
  async #migrate(): Promise<void> {
    const runner = this.dataSource.createQueryRunner();
    try {
      await runner.query(`SELECT pg_advisory_lock(${LOCKS.migrations})`);
      const done = await this.dataSource.runMigrations({ transaction: 'all' });
      for (const { name } of done) this.logger.info({ event: 'database.migrated', name }, 'applied a migration');
      // New tables and columns are not part of any scope until this runs.
      if (done.length > 0) await runner.query('SELECT orrery_scope.refresh()');
    } finally {
      await runner.query(`SELECT pg_advisory_unlock(${LOCKS.migrations})`).catch(() => undefined);
      await runner.release();
    }
  }

  readonly #report = (error: unknown, attempt: number) => {
    const cause = describeError(error);
    this.state.failed(cause);
    if (attempt % 10 === 1)
      this.logger.warn({ event: 'database.unreachable', cause, attempt }, 'the database is not ready; retrying');
  };
}
