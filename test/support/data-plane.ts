import { Global, Module, type INestApplication } from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { createLogger, newId } from '@orrery/shared/runtime';
import type { HostId, NodeId } from '@orrery/shared/contracts';
import { DataSource } from 'typeorm';
import { createBusStrategy } from '../../apps/api/src/bus/bus.module.js';
import { API_CONFIG, loadConfig, type ApiConfig } from '../../apps/api/src/config.js';
import { DataPlaneModule } from '../../apps/api/src/data-plane.module.js';
import { DatabaseState } from '../../apps/api/src/database/database-state.js';
import { LOGGER } from '../../apps/api/src/logger.js';
import { eventually, temporaryFolder } from './servers.js';

export interface RunningDataPlane {
  readonly app: INestApplication;
  readonly database: DataSource;
  readonly url: string;
  close(): Promise<void>;
}

export interface DataPlaneOptions {
  databaseUrl: string;
  natsUrl: string;
  /** More settings, as environment variables. */
  settings?: Record<string, string>;
  /** Replicas share it. */
  home?: string;
  /** False: returns before the database is ready. */
  ready?: boolean;
}

/** The API's data plane in this process, without the HTTP control plane: a separate replica. */
export async function startDataPlane(options: DataPlaneOptions): Promise<RunningDataPlane> {
  const config = await configOf(options);
  const logger = createLogger('api', (process.env['ORRERY_TEST_LOG'] as 'info' | undefined) ?? 'silent');
  const module = await Test.createTestingModule({ imports: [globals(config, logger), DataPlaneModule] })
    .setLogger(false as never)
    .compile();
  const app = module.createNestApplication(new FastifyAdapter());
  app.connectMicroservice({ strategy: createBusStrategy(app) });
  await app.startAllMicroservices();
  await app.listen(0, '127.0.0.1');
  const state = app.get(DatabaseState);
  if (options.ready !== false)
    await eventually(() => state.ready, { within: 20_000, what: `the database (${state.cause})` });
  return { app, database: app.get(DataSource), url: await app.getUrl(), close: () => app.close() };
}

async function configOf({ databaseUrl, natsUrl, settings, home }: DataPlaneOptions): Promise<ApiConfig> {
  return loadConfig({
    ORRERY_HOME: home ?? (await temporaryFolder('api')),
    DATABASE_URL: databaseUrl,
    NATS_URL: natsUrl,
    ...settings,
  });
}

function globals(config: ApiConfig, logger: unknown) {
  @Global()
  @Module({
    providers: [
      { provide: API_CONFIG, useValue: config },
      { provide: LOGGER, useValue: logger },
    ],
    exports: [API_CONFIG, LOGGER],
  })
  class Globals {}
  return Globals;
}

export interface TestHost {
  id: HostId;
  node: NodeId;
  name: string;
}

/** A host, as joining creates it. */
export async function addHost(database: DataSource, name: string, simulated = false): Promise<TestHost> {
  const [id, node] = [newId('hst'), newId('nod')];
  await database.query('INSERT INTO hosts (id, name, simulated, installation, node_id) VALUES ($1, $2, $3, $4, $5)', [
    id,
    name,
    simulated,
    `installation-of-${id}`,
    node,
  ]);
  await database.query(`INSERT INTO nodes (id, host_id, kind) VALUES ($1, $2, 'host')`, [node, id]);
  await database.query('INSERT INTO host_status (host_id) VALUES ($1)', [id]);
  return { id, node, name };
}
