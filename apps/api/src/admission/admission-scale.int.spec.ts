import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '@orrery/shared/runtime';
import { createHash } from 'node:crypto';
import type { ControllerRecord, HostId, NetworkId, NodeAddress, NodeId } from '@orrery/shared/contracts';
import { DataSource, type EntityManager } from 'typeorm';
import { migratedDatabase } from '../../../../test/support/migrated-database.js';
import { startPostgres, type TestPostgres } from '../../../../test/support/servers.js';
import { noteOffered, reserveIdentity } from '../identities/identities.js';
import { hintAtAddresses } from './hints.js';
import { ObservedChanges } from '../ingest/projections/observed-changes.js';
import { runIn } from '../database/statements.js';
import { ClaimFindings } from './claim-findings.js';
import { Candidates } from './candidates.repository.js';
import { noteCause, putRecords, replaceRecords } from './controller-records.js';
import type { Store } from '../database/store.js';

const [LARGE, SMALL] = ['89e92ceee5000001', '89e92ceee5000002'];
const MEMBERS = 5000;
/** The tables whose size must not affect the cost of a launch. */
const BIG = ['controller_records', 'identities', 'items', 'memberships', 'node_status', 'nodes'];

let postgres: TestPostgres;
let source: DataSource;
const repository = new Candidates();

beforeAll(async () => {
  postgres = await startPostgres();
  const { url } = await migratedDatabase(postgres);
  source = await new DataSource({ type: 'postgres', url }).initialize();
  await fill();
}, 120_000);
afterAll(async () => {
  await source?.destroy();
  await postgres?.close();
});

const addressOf = (network: NetworkId, index: number): NodeAddress =>
  createHash('sha256').update(`${network}/${index}`).digest('hex').slice(0, 10);
const recordsOf = (network: NetworkId, many: number): ControllerRecord[] =>
  Array.from({ length: many }, (_, index) => ({
    ...{ address: addressOf(network, index), authorized: true, name: '', addresses: ['10.1.2.3'], bridge: false },
    ...{ noAutoAssign: false, version: '1.14.1' },
  }));

/**
 * Two networks in one database, so that tables and indexes are equally large for both: one of 5,000 nodes on 50 hosts,
 * one of ten nodes on one host.
 */
async function fill(): Promise<void> {
  await source.query(
    `INSERT INTO controllers (id, name, kind, url) VALUES ('ctl_a', 'one', 'central', 'http://127.0.0.1')`,
  );
  await source.query(`INSERT INTO controller_status (controller_id, state) VALUES ('ctl_a', 'up')`);
  const admission = { by: 'fleet', selector: null, for: null, onLeave: 'deauthorize' };
  for (const [network, name, members, hosts] of [
    [LARGE, 'large', MEMBERS, 50],
    [SMALL, 'small', 10, 1],
  ] as const) {
    await source.query(
      `INSERT INTO networks (id, name, controller_id, config, admission) VALUES ($1, $2, 'ctl_a', '{"routes": []}', $3)`,
      [network, name, JSON.stringify(admission)],
    );
    await source.query(
      `INSERT INTO network_status (network_id, applied_config, applied_name, read_at) VALUES ($1, '{"routes": []}', $2, now())`,
      [network, name],
    );
    const ids = Array.from({ length: hosts }, () => newId('hst'));
    await source.query(
      `INSERT INTO hosts (id, name, installation, node_id) SELECT id, $2 || '-' || place, id, 'nod_of_' || id
         FROM unnest($1::text[]) WITH ORDINALITY AS t(id, place)`,
      [ids, name],
    );
    await source.query('INSERT INTO host_status (host_id) SELECT unnest($1::text[])', [ids]);
    await addNodes(
      network,
      ids,
      recordsOf(network, members).map(({ address }) => address),
    );
    await source.transaction((tx) => replaceRecords(tx, network, recordsOf(network, members)));
    await source.query(`UPDATE controller_records SET admitted_by = 'admission: fleet' WHERE network_id = $1`, [
      network,
    ]);
  }
  for (const table of [...BIG, 'hosts', 'verdicts', 'findings', 'controller_status'])
    await source.query(`ANALYZE ${table}`);
}

/** Adds launched nodes that show their assigned identities, so that each is desired in the network. */
async function addNodes(
  network: NetworkId,
  hosts: HostId[],
  addresses: NodeAddress[],
  shows = true,
): Promise<NodeId[]> {
  const nodes = addresses.map((address, index) => ({
    ...{ address, node: newId('nod'), item: newId('itm'), host: hosts[index % hosts.length], at: index },
  }));
  const rows = `jsonb_to_recordset($1::jsonb) AS r(address text, node text, item text, host text, at int)`;
  const values = [JSON.stringify(nodes)];
  await source.query(`INSERT INTO nodes (id, host_id, kind) SELECT node, host, 'container' FROM ${rows}`, values);
  await source.transaction(async (tx) => {
    await tx.query(
      `INSERT INTO items (id, host_id, node_id, kind, intent, revision, body) SELECT item, host, node, 'membership', 'present', 1, '{}' FROM ${rows}`,
      values,
    );
    await tx.query(
      `INSERT INTO memberships (node_id, network_id, host_id, item_id) SELECT node, $2, host, item FROM ${rows}`,
      [...values, network],
    );
  });
  await source.query(
    `INSERT INTO identities (address, host_id, state, node_id, assigned_at) SELECT address, host, 'assigned', node, now() FROM ${rows}`,
    values,
  );
  if (shows)
    await source.query(
      `INSERT INTO node_status (node_id, host_id, state, address, ordinal, seq, updated_at) SELECT node, host, 'up', address, 1, 1, now() FROM ${rows}`,
      values,
    );
  return nodes.map(({ node }) => node);
}

interface Plan {
  'Node Type': string;
  'Relation Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  'Shared Hit Blocks': number;
  'Shared Read Blocks': number;
  Plans?: Plan[];
}

const all = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(all)];

/**
 * The cost of some work: blocks read, rows read from large tables, and tables that were read whole. Rolls the work
 * back.
 */
async function costOf(work: (tx: EntityManager) => Promise<unknown>) {
  const asked: { text: string; values: unknown[] }[] = [];
  await source
    .transaction(async (tx) => {
      const runner = tx.queryRunner!;
      const query = runner.query.bind(runner);
      runner.query = ((text: string, values: unknown[] = [], structured?: true) => {
        if (/^\s*(SELECT|WITH|INSERT|UPDATE|DELETE)/.test(text)) asked.push({ text, values });
        return query(text, values, structured as true);
      }) as typeof runner.query;
      await work(tx);
      runner.query = query;
      throw new Error('only looking');
    })
    .catch((error: unknown) => {
      if (!(error as Error).message.includes('only looking')) throw error;
    });
  const plans: Plan[] = [];
  for (const { text, values } of asked) {
    await source.query('BEGIN');
    const [row] = await source.query<{ 'QUERY PLAN': [{ Plan: Plan }] }[]>(
      `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON, TIMING OFF) ${text}`,
      values,
    );
    await source.query('ROLLBACK');
    if (row) plans.push(row['QUERY PLAN'][0].Plan);
  }
  const nodes = plans.flatMap(all);
  const sum = (of: (plan: Plan) => number) => (list: Plan[]) => list.reduce((total, plan) => total + of(plan), 0);
  return {
    blocks: sum((plan) => plan['Shared Hit Blocks'] + plan['Shared Read Blocks'])(plans),
    rows: sum((plan) => (plan['Actual Rows'] + (plan['Rows Removed by Filter'] ?? 0)) * plan['Actual Loops'])(
      nodes.filter((plan) => BIG.includes(plan['Relation Name'] ?? '')),
    ),
    readWhole: nodes
      .filter((plan) => plan['Node Type'].includes('Seq Scan') && BIG.includes(plan['Relation Name'] ?? ''))
      .map((plan) => plan['Relation Name']),
  };
}

type Costs = Awaited<ReturnType<typeof costOf>>;
const sumOf = (costs: Record<string, Costs>, what: 'blocks' | 'rows') =>
  Object.values(costs).reduce((sum, cost) => sum + cost[what], 0);
let place = 1_000_000;
const newAddress = (network: NetworkId) => addressOf(network, ++place);

/**
 * A host with one node that is desired in the network, shows its address, and waits; and with five pre-generated
 * identities.
 */
async function aLaunchInto(network: NetworkId) {
  const host = newId('hst');
  await source.query('INSERT INTO hosts (id, name, installation, node_id) VALUES ($1, $1, $1, $1)', [host]);
  const address = newAddress(network);
  const [node] = await addNodes(network, [host], [address]);
  const free = Array.from({ length: 5 }, () => newAddress(network));
  await source.transaction((tx) => noteOffered(tx, host, free));
  const changes = new ObservedChanges();
  if (node)
    changes.nodes.set(node, {
      ...{ host_id: host, ordinal: 1, seq: 1, node_id: node, state: 'up', cause: null, address },
      ...{ version: null, online: null, heard: null, peers_known: null },
    });
  return { host, address, free, changes };
}

describe('a launch', () => {
  async function costs(network: NetworkId) {
    const { host, address, free, changes } = await aLaunchInto(network);
    return {
      offer: await costOf((tx) => noteOffered(tx, host, free)),
      reserve: await costOf((tx) => reserveIdentity(tx, host, newId('nod'))),
      unsettled: await costOf((tx) => repository.unsettled(tx, host)),
      network: await costOf((tx) => repository.network(tx, network)),
      candidates: await costOf((tx) => repository.candidates(tx, network, [address])),
      hint: await costOf((tx) =>
        hintAtAddresses(
          runIn(tx),
          [...changes.nodes.values()].flatMap((change) => change?.node_id ?? []),
        ),
      ),
      records: await costOf((tx) => putRecords(tx, network, recordsOf(network, 1))),
    };
  }

  it('into a network of 5,000 reads at most 1.3 times as much as one into a network of ten, and no whole table', async () => {
    const [small, large] = [await costs(SMALL), await costs(LARGE)];
    for (const [step, { readWhole }] of Object.entries(large)) expect([step, readWhole]).toEqual([step, []]);
    for (const what of ['blocks', 'rows'] as const)
      expect(sumOf(large, what) / sumOf(small, what)).toBeLessThanOrEqual(1.3);
    expect(large.candidates.blocks).toBeGreaterThan(0);
  });

  it('plans only its own addresses', async () => {
    const { host, address } = await aLaunchInto(LARGE);
    expect(await repository.unsettled(source.manager, host)).toEqual([{ network: LARGE, address }]);
    expect(await repository.candidates(source.manager, LARGE, [address])).toMatchObject([{ address, host }]);
  });

  it('would cost many times as much if it read the whole network, as reading a controller does: the control', async () => {
    const { address } = await aLaunchInto(LARGE);
    const [one, whole] = [
      await costOf((tx) => repository.candidates(tx, LARGE, [address])),
      await costOf((tx) => repository.candidates(tx, LARGE, null)),
    ];
    expect(whole.blocks).toBeGreaterThan(one.blocks * 50);
    // Linear in the number of nodes: each is looked up in a few tables.
    expect(whole.rows).toBeLessThan(MEMBERS * 50);
  });
});

describe('a second in which nothing changes', () => {
  it('reads no large table', async () => {
    const store: { query: EntityManager['query'] } = { query: source.query.bind(source) };
    const claims = new ClaimFindings(store as Store);
    await claims.settle(true);
    const { readWhole, blocks } = await costOf((tx) => {
      store.query = tx.query.bind(tx);
      return claims.settle(false);
    });
    expect([readWhole, blocks]).toEqual([[], expect.any(Number)]);
    expect(blocks).toBeLessThan(20);
  });
});

describe('reading a controller', () => {
  const written = async (tx: EntityManager) => {
    const [row] = await tx.query<{ count: number }[]>(
      `SELECT sum(n_tup_ins + n_tup_upd + n_tup_del)::int AS count FROM pg_stat_xact_user_tables`,
    );
    return row?.count ?? 0;
  };
  const versions = (tx: EntityManager) =>
    tx.query<object[]>(
      'SELECT address, ctid, xmin, xmax FROM controller_records WHERE network_id = $1 ORDER BY address',
      [LARGE],
    );

  it('writes nothing and locks no row when nothing changed', async () => {
    const before = await versions(source.manager);
    await source.transaction(async (tx) => {
      const start = await written(tx);
      await noteCause(tx, LARGE, null);
      expect(await replaceRecords(tx, LARGE, recordsOf(LARGE, MEMBERS))).toEqual([]);
      expect((await written(tx)) - start).toBe(0);
    });
    expect(await versions(source.manager)).toEqual(before);
  });

  it('writes the changed record, the new one and the deleted one: the control', async () => {
    const [changed, , ...kept] = recordsOf(LARGE, MEMBERS);
    const fresh = { ...recordsOf(LARGE, 1)[0]!, address: newAddress(LARGE) };
    await source.transaction(async (tx) => {
      const start = await written(tx);
      await replaceRecords(tx, LARGE, [{ ...changed!, name: 'another' }, fresh, ...kept]);
      expect((await written(tx)) - start).toBe(3);
    });
    await source.transaction(async (tx) => {
      const moves = await replaceRecords(tx, LARGE, [{ ...changed!, authorized: false }, fresh, ...kept]);
      expect(moves).toEqual([{ address: changed!.address, authorized: false, by: null, why: null }]);
    });
  });
});
