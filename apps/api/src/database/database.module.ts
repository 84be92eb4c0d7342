import { Global, Module, type OnApplicationShutdown } from '@nestjs/common';
import { describeError, type Logger } from '@orrery/shared/runtime';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { API_CONFIG, type ApiConfig } from '../config.js';
import { LOGGER } from '../logger.js';
import { DatabaseConnector } from './database-connector.js';
import { DatabaseState } from './database-state.js';
import { EventPartitions } from './event-partitions.js';
import { HistoryPruning } from './history-pruning.js';
import { ENTITIES, MIGRATIONS } from './schema.js';
import { Notifications } from './notifications.js';
import { watchedClient } from './server-liveness.js';
import { Store } from './store.js';
import { UpkeepFailures } from './upkeep-failures.js';
import { FirstStatistics } from './first-statistics.js';
import { Upkeep } from './upkeep.js';

export function dataSourceOptions(config: ApiConfig, logger: Logger): DataSourceOptions {
  return {
    type: 'postgres',
    url: config.databaseUrl.reveal(),
    entities: ENTITIES,
    migrations: MIGRATIONS,
    synchronize: false,
    installExtensions: false,
    logging: false,
    invalidWhereValuesBehavior: { undefined: 'throw', null: 'throw' },
    poolSize: config.databasePool,
    connectTimeoutMS: 3000,
    applicationName: 'orrery-api',
    // The pool replaces a connection that broke while idle; without a handler the error would end the process.
    poolErrorHandler: (error: unknown) =>
      logger.warn({ event: 'database.connection-lost', cause: describeError(error) }, 'a pooled connection was lost'),
    extra: {
      keepAlive: true,
      idleTimeoutMillis: 30_000,
      statement_timeout: 15_000,
      Client: watchedClient(config.databaseUrl.reveal()),
    },
  };
}

/**
 * The data source exists from the start and is connected in the background: see `DatabaseConnector`. This is a provider
 * of our own instead of `@nestjs/typeorm`, which adds injectable repositories that would bypass the scope of a token
 * (see `Store`), and which loads TypeORM in a way that bundlers cannot follow.
 */
const dataSource = {
  provide: DataSource,
  inject: [API_CONFIG, LOGGER],
  useFactory: (config: ApiConfig, logger: Logger) => new DataSource(dataSourceOptions(config, logger)),
};

@Global()
@Module({
  providers: [
    dataSource,
    Store,
    DatabaseConnector,
    DatabaseState,
    EventPartitions,
    FirstStatistics,
    HistoryPruning,
    Notifications,
    Upkeep,
    UpkeepFailures,
  ],
  exports: [DataSource, Store, DatabaseConnector, DatabaseState, Notifications, FirstStatistics, Upkeep],
})
export class DatabaseModule implements OnApplicationShutdown {
  constructor(private readonly source: DataSource) {}

  /** Runs after all others have finished their work (`beforeApplicationShutdown`). */
  async onApplicationShutdown(): Promise<void> {
    if (this.source.isInitialized) await this.source.destroy();
  }
}
