import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { migratedSource, type MigratedSource } from '../../../../test/support/migrated-source.js';
import { planOf, type Plan } from '../../../../test/support/plans.js';
import { partitionOf } from '../database/partitions.js';
import type { Store } from '../database/store.js';
import { typesOf } from './event-criteria.service.js';
import type { EventCriteria } from './event-filter.js';
import { EventsRepository } from './events.repository.js';

const EVENTS = 60_000;
const DAY = '2026-05-01';
const LIMIT = 100;
/** A small part of the table, but far enough above a page that the Postgres version does not matter. */
const MOST_ROWS = 3000;

let bench: MigratedSource;

beforeAll(async () => {
  bench = await migratedSource();
  const { name, from, to } = partitionOf(Date.parse(DAY));
  await bench.run(`CREATE TABLE ${name} PARTITION OF events FOR VALUES FROM ('${from}') TO ('${to}')`);
  // Nearly all events are of a few kinds; those searched for below are rare, or do not exist.
  await bench.run(
    `INSERT INTO events (id, committed_at, type, host_id, node_id, network_id, container_name, command_id, data)
     SELECT n, $1::timestamptz + n * interval '1 second', CASE WHEN n % 2000 = 0 THEN 'authorization.requested' ELSE 'path.direct' END,
       'hst_' || n % 300, 'nod_' || n % 900, 'net_' || n % 200, 'box-' || n % 500, CASE WHEN n % 3 = 0 THEN 'cmd_' || n % 3000 END, '{}'
     FROM generate_series(1, $2::int) AS n`,
    [DAY, EVENTS],
  );
  await bench.run('INSERT INTO event_days VALUES (1, $1)', [DAY]);
  await bench.run('ANALYZE events');
}, 120_000);

afterAll(() => bench?.close());

/** The plans of the statements that a page takes. */
async function plansOf(criteria: EventCriteria): Promise<Plan[]> {
  const plans: Plan[] = [];
  const query = async (text: string, values?: unknown[]) => {
    plans.push(await planOf(bench.run, text, values));
    return bench.run(text, values);
  };
  await new EventsRepository({ query } as unknown as Store).list({ criteria, order: 'desc', limit: LIMIT });
  return plans;
}

describe('a page of events of one day with 60,000', () => {
  it.each<[string, EventCriteria]>([
    ['everything', {}],
    ['a host', { hosts: ['hst_7'] }],
    ['a host that never existed', { hosts: ['hst_none'] }],
    ['several hosts with one name', { hosts: ['hst_7', 'hst_8'] }],
    ['a node', { nodes: ['nod_7'] }],
    ['a network', { network: 'net_7' }],
    ['a container', { container: 'box-7' }],
    ['a container that never existed', { container: 'none' }],
    ['a command', { command: 'cmd_9' }],
    ['a rare type', { types: typesOf('authorization.requested') }],
    ['a rare family of types', { types: typesOf('authorization.*') }],
    ['families and types that never occurred', { types: typesOf('finding.*,token.*,host.online') }],
    ['a rare family of a host', { hosts: ['hst_0'], types: typesOf('authorization.*') }],
  ])('is read from an index for %s', async (_what, criteria) => {
    const plans = await plansOf(criteria);
    expect(plans.flatMap(({ scanned }) => scanned).filter((table) => table.startsWith('events_2'))).toEqual([]);
    expect(Math.max(...plans.map(({ rowsRead }) => rowsRead))).toBeLessThan(MOST_ROWS);
  });

  it('would be read from end to end for a family given as a pattern: the control', async () => {
    const { scanned, rowsRead } = await planOf(
      bench.run,
      `SELECT id FROM events WHERE type LIKE ANY($1) AND committed_at >= $2 ORDER BY id DESC LIMIT ${LIMIT}`,
      [['authorization.%'], DAY],
    );
    expect(scanned.length > 0 || rowsRead > EVENTS / 2).toBe(true);
  });
});
