import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AgentFact, Epoch, HostId, ItemId, NodeId } from '@orrery/shared/contracts';
import { newId } from '@orrery/shared/runtime';
import type { EntityManager } from 'typeorm';
import { migratedSource, type MigratedSource } from '../../../../test/support/migrated-source.js';
import { planOf } from '../../../../test/support/plans.js';
import { aMembership, aSnapshot, membershipFact } from '../../../../test/support/reports.js';
import { partitionOf } from '../database/partitions.js';
import { runIn, type Run } from '../database/statements.js';
import type { Batch } from './batch.js';
import { writeGroup } from './group-transaction.js';
import { asOnCalmMachine } from '../../../../test/support/calm.js';

const HOSTS = 2000;
/** For each host, and for the one that reports. */
const CONTAINERS = 10;
const CONTAINERS_HERE = 300;
/** Containers that one batch reports as gone. */
const REMOVED = 5;
/**
 * Removed in one transaction within the time that other transactions wait: a statement of ingest has a limit of 5 s.
 */
const STATEMENT_MS = 5000;
/** Tables that grow with the fleet, or with time. */
const GROWING = [
  'hosts',
  'nodes',
  'items',
  'containers',
  'memberships',
  'commands',
  'command_items',
  'command_stages',
  'identities',
  'epochs',
  'host_status',
  'node_status',
  'container_status',
  'membership_status',
  'interfaces',
  'paths',
  'item_status',
  'findings',
  'controller_records',
  'event_quarantine',
];

let bench: MigratedSource;
const host = newId('hst');
const epoch = newId('epo');

/**
 * A fleet of 20,000 containers, each in one network, each launched by a command that ended long ago; those of one host
 * will be removed.
 */
async function fillFleet(run: Run): Promise<void> {
  await run(
    `INSERT INTO hosts (id, name, installation, node_id, revision) SELECT CASE n WHEN 1 THEN $1 ELSE 'hst_' || n END, 'host-' || n, 'i-' || n, 'nod_' || n, 9
     FROM generate_series(1, $2::int) AS n`,
    [host, HOSTS],
  );
  await run(`
    INSERT INTO host_status (host_id) SELECT id FROM hosts;
    INSERT INTO epochs (host_id, epoch, ordinal, closed) SELECT id, 'epo_' || n, n, true FROM hosts, generate_series(1, 10) AS n;
    INSERT INTO nodes (id, host_id, kind) SELECT node_id, id, 'host' FROM hosts;
    INSERT INTO nodes (id, host_id, kind) SELECT 'nod_' || h.id || '_' || n, h.id, 'container' FROM hosts h, generate_series(1, CASE h.id WHEN '${host}' THEN ${CONTAINERS_HERE} ELSE ${CONTAINERS} END) AS n;
    INSERT INTO items (id, host_id, node_id, kind, intent, revision, body)
      SELECT 'itm_c' || id, host_id, id, 'container', CASE host_id WHEN '${host}' THEN 'absent' ELSE 'present' END, 9, '{}' FROM nodes WHERE kind = 'container';
    INSERT INTO items (id, host_id, node_id, kind, intent, revision, body)
      SELECT 'itm_m' || id, host_id, id, 'membership', CASE host_id WHEN '${host}' THEN 'absent' ELSE 'present' END, 9, '{"network": "8056c2e21c000001"}'
      FROM nodes WHERE kind = 'container';
    INSERT INTO containers (id, host_id, node_id, item_id, name) SELECT 'ctr_' || node_id, host_id, node_id, id, node_id FROM items WHERE kind = 'container';
    INSERT INTO memberships (node_id, network_id, host_id, item_id) SELECT node_id, '8056c2e21c000001', host_id, id FROM items WHERE kind = 'membership';
    INSERT INTO item_status (item_id, host_id, revision, outcome, ordinal, seq, updated_at) SELECT id, host_id, 1, '{"kind": "done"}', 1, 1, now() FROM items;
    INSERT INTO identities (address, host_id, state, node_id) SELECT 'a' || id, host_id, 'assigned', id FROM nodes WHERE kind = 'container';
    INSERT INTO node_status (node_id, host_id, state, address, ordinal, seq, updated_at) SELECT id, host_id, 'up', 'a' || id, 1, 1, now() FROM nodes;
    INSERT INTO container_status (node_id, host_id, observed, ordinal, seq, updated_at) SELECT id, host_id, '{}', 1, 1, now() FROM nodes WHERE kind = 'container';
    INSERT INTO membership_status (node_id, network_id, host_id, status, observed, ordinal, seq, updated_at)
      SELECT id, '8056c2e21c000001', host_id, 'OK', '{}', 1, 1, now() FROM nodes;
    INSERT INTO interfaces (node_id, device, host_id, observed, ordinal, seq, updated_at) SELECT id, 'zt0', host_id, '{}', 1, 1, now() FROM nodes;
    INSERT INTO paths (node_id, peer, host_id, role, path, since, ordinal, seq, updated_at)
      SELECT id, 'a' || n, host_id, 'LEAF', 'direct', now(), 1, 1, now() FROM nodes, generate_series(1, 3) AS n;
    INSERT INTO findings (host_id, code, node_id, severity, cause, fix, ordinal, seq, since) SELECT host_id, 'x', id, 'info', '', '', 1, 1, now() FROM nodes;
    INSERT INTO networks (id, name) SELECT '8056c2e21c000001', 'lab';
    INSERT INTO controller_records (network_id, address, authorized, name, addresses, bridge, no_auto_assign)
      SELECT '8056c2e21c000001', 'a' || id, true, '', '[]', false, false FROM nodes;
    INSERT INTO commands (id, host_id, action, target, revision, state, created_by, ended_at, node_id, container_id)
      SELECT 'cmd_' || id, host_id, 'launch', id, 9, CASE host_id WHEN '${host}' THEN 'delivered' ELSE 'done' END, 'x', now(), node_id, 'ctr_' || node_id FROM items;
    INSERT INTO command_items (command_id, item_id, revision) SELECT 'cmd_' || id, id, 9 FROM items;
    INSERT INTO command_stages (command_id, stage) SELECT id, 'accepted' FROM commands;
    INSERT INTO event_quarantine (host_id, epoch, seq, reason, raw) SELECT id, 'e', n, '', '' FROM hosts, generate_series(1, 10) AS n`);
  const { name, from, to } = partitionOf(Date.now());
  await run(`CREATE TABLE ${name} PARTITION OF events FOR VALUES FROM ('${from}') TO ('${to}')`);
  await run('ANALYZE');
}

beforeAll(async () => {
  bench = await migratedSource();
  await fillFleet(bench.run);
}, 120_000);

afterAll(() => bench?.close());

const nodeOf = (n: number) => `nod_${host}_${n}` as NodeId;

/** Everything that a host can report about some of its containers: they are gone, and all desired changes are done. */
function factsOf(count: number): AgentFact[] {
  const facts: AgentFact[] = [];
  for (let n = 1; n <= count; n++) {
    const settled = (item: string): AgentFact => ({
      type: 'item.settled',
      data: { item: item as ItemId, revision: 9, outcome: { kind: 'done' } },
    });
    facts.push(
      {
        type: 'item.progress',
        data: { item: `itm_c${nodeOf(n)}` as ItemId, revision: 9, stage: 'created', detail: '' },
      },
      membershipFact('network.left', nodeOf(n), null),
      settled(`itm_m${nodeOf(n)}`),
      settled(`itm_c${nodeOf(n)}`),
    );
  }
  return facts;
}

const AT = new Date('2026-05-01T10:00:00.000Z');
const batchOf = (facts: readonly AgentFact[], whose: HostId = host, spoken: Epoch = epoch): Batch => ({
  host: whose,
  epoch: spoken,
  from: 1,
  events: facts.map((fact, n) => ({ seq: n + 1, at: AT.toISOString(), happenedAt: AT, fact })),
});

const EVERYTHING = () => [
  ...factsOf(REMOVED),
  membershipFact('network.joined', 'nod_1', aMembership()),
  aSnapshot('nod_1', [aMembership()]),
];

/** Runs this in a transaction that is rolled back. */
async function undone<T>(work: (run: Run, manager: EntityManager) => Promise<T>): Promise<T> {
  const runner = bench.source.createQueryRunner();
  await runner.startTransaction();
  try {
    return await work(runIn(runner.manager), runner.manager);
  } finally {
    await runner.rollbackTransaction();
    await runner.release();
  }
}

/**
 * Rows read by sequential scans, and rows deleted, on this connection. Unlike plans, these include the work of foreign
 * keys.
 */
const counters = (run: Run) =>
  run<{ table: string; read: number; gone: number }>(
    `SELECT relname AS table, seq_tup_read::int AS read, n_tup_del::int AS gone FROM pg_stat_xact_user_tables WHERE relname = ANY($1)`,
    [GROWING],
  );

describe('the work of ingest under its lock, in a fleet of 20,000 containers', () => {
  it('scans no table that grows: in no plan of its statements', async () => {
    const scanned = new Map<string, string>();
    await undone(async (run, manager) => {
      const explaining: Run = async (text, parameters) => {
        await manager.query('SAVEPOINT before');
        const plan = await planOf(run, text, parameters);
        for (const table of plan.scanned) if (GROWING.includes(table)) scanned.set(table, text.slice(0, 200));
        await manager.query('ROLLBACK TO SAVEPOINT before');
        return run(text, parameters);
      };
      await writeGroup(explaining, [batchOf(EVERYTHING())], 2000);
    });
    expect(Object.fromEntries(scanned)).toEqual({});
  });

  it('scans none for foreign keys either: Postgres counts no row that was read by a sequential scan', async () => {
    const [before, after] = await undone(async (run) => {
      const before = await counters(run);
      await writeGroup(run, [batchOf(EVERYTHING())], 2000);
      return [before, await counters(run)];
    });
    const grown = after.map(({ table, read, gone }) => {
      const old = before.find((other) => other.table === table);
      return { table, read: read - (old?.read ?? 0), gone: gone - (old?.gone ?? 0) };
    });
    expect(grown.filter(({ read }) => read > 0)).toEqual([]);
    // The control: it did remove them, with the rows that refer to them.
    const gone = Object.fromEntries(grown.map((each) => [each.table, each.gone]));
    const once = { nodes: REMOVED, containers: REMOVED, memberships: REMOVED, findings: REMOVED };
    expect(gone).toMatchObject({ items: 2 * REMOVED, ...once });
  });

  it('removes all containers of a host at once well within the time limit of a statement', async () => {
    const began = performance.now();
    await undone((run) => writeGroup(run, [batchOf(factsOf(CONTAINERS_HERE))], 2000));
    expect(performance.now() - began).toBeLessThan(asOnCalmMachine(STATEMENT_MS));
  });
});
