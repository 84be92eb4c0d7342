import { afterAll, beforeAll } from '@jest/globals';
import { startDataPlane, type RunningDataPlane } from './data-plane.js';
import { later } from './later.js';
import { migratedDatabase } from './migrated-database.js';
import { startNats, startPostgres, temporaryFolder, type TestNats, type TestPostgres } from './servers.js';

interface DataPlaneFixture {
  postgres: TestPostgres;
  nats: TestNats;
  plane: RunningDataPlane;
  /** Another process of the same installation, beside `plane`; only with `replicas: 2`. */
  replica: RunningDataPlane;
}

interface FixtureOptions {
  settings?: Record<string, string>;
  replicas?: 1 | 2;
  /** A cluster of Postgres for this file alone. */
  ownPostgres?: boolean;
}

/**
 * The API's data plane with a database and a NATS of its own for all tests of a file, started before the first and closed after the last. What
 * it gives stands for what is there only once tests run.
 */
export function dataPlaneFixture({
  settings = {},
  replicas = 1,
  ownPostgres = false,
}: FixtureOptions = {}): DataPlaneFixture {
  let servers: [TestPostgres, TestNats] | undefined;
  const planes: RunningDataPlane[] = [];
  beforeAll(async () => {
    servers = await Promise.all([startPostgres({ own: ownPostgres }), startNats()]);
    const [postgres, nats] = servers;
    const { url: databaseUrl } = await migratedDatabase(postgres);
    const home = await temporaryFolder('api');
    while (planes.length < replicas)
      planes.push(await startDataPlane({ databaseUrl, natsUrl: nats.url, home, settings }));
  }, 180_000);
  afterAll(async () => {
    await Promise.all(planes.map((plane) => plane.close()));
    await servers?.[1].close();
    await servers?.[0].close();
  });
  return {
    postgres: later(() => servers?.[0]),
    nats: later(() => servers?.[1]),
    plane: later(() => planes[0]),
    replica: later(() => planes[1]),
  };
}
