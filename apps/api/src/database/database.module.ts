import { Global, Module } from '@nestjs/common';
import { TypeOrmModule, type TypeOrmModuleOptions } from '@nestjs/typeorm';
import { describeError, type Logger } from '@orrery/shared/runtime';
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
import { Upkeep } from './upkeep.js';

/** The data source is there from the start and connected in the background: see `DatabaseConnector`. */
export function dataSourceOptions(config: ApiConfig, logger: Logger): TypeOrmModuleOptions {
  return {
    type: 'postgres',
    url: config.databaseUrl.reveal(),
    entities: ENTITIES,
    migrations: MIGRATIONS,
    synchronize: false,
    manualInitialization: true,
    installExtensions: false,
    logging: false,
    invalidWhereValuesBehavior: { undefined: 'throw', null: 'throw' },
    poolSize: config.databasePool,
    connectTimeoutMS: 3000,
    applicationName: 'orrery-api',
    // A connection that broke while it was idle is replaced by the pool; without a handler it would end the process.
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

@Global()
@Module({
  imports: [TypeOrmModule.forRootAsync({ inject: [API_CONFIG, LOGGER], useFactory: dataSourceOptions })],
  providers: [
    Store,
    DatabaseConnector,
    DatabaseState,
    EventPartitions,
    HistoryPruning,
    Notifications,
    Upkeep,
    UpkeepFailures,
  ],
  exports: [TypeOrmModule, Store, DatabaseConnector, DatabaseState, Notifications, Upkeep],
})
export class DatabaseModule {}
