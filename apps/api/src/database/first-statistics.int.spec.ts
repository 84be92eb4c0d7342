import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { createLogger } from '@orrery/shared/runtime';
import { fillFleet } from '../../../../test/support/large-fleet.js';
import { migratedSource, type MigratedSource } from '../../../../test/support/migrated-source.js';
import { eventually } from '../../../../test/support/servers.js';
import { TopologyRepository } from '../topology/topology.repository.js';
import { FirstStatistics } from './first-statistics.js';
import { Store } from './store.js';

let bench: MigratedSource;
let statistics: FirstStatistics;
beforeEach(async () => {
  bench = await migratedSource();
  statistics = new FirstStatistics(new Store(bench.source), createLogger('api', 'silent'));
});
afterEach(() => bench?.close());

const known = async () =>
  (await bench.run<{ known: boolean }>(`SELECT reltuples >= 0 AS known FROM pg_class WHERE oid = 'nodes'::regclass`))[0]
    ?.known;

it('gives a fleet that appears at once the statistics that its plans need, and then has nothing left to do', async () => {
  expect(await statistics.make()).toBe(false);
  expect(await known()).toBe(false);
  const size = { hosts: 1000, nodesPerHost: 3, networks: 12, networksPerNode: 1, peersPerNode: 3 };
  await fillFleet((text, values) => bench.source.query(text, values), size);
  // Postgres counts the rows of a transaction a moment after its end.
  await eventually(async () => (await statistics.make()) || (await statistics.make()), { within: 10_000 });
  expect(await known()).toBe(true);
  // Without them, this ends with the time limit of a statement.
  const { nodes } = await new TopologyRepository().read(new Store(bench.source));
  expect(JSON.parse(nodes)).toHaveLength(3000);
}, 60_000);
