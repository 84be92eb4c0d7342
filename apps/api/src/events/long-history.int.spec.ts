import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { migratedSource, type MigratedSource } from '../../../../test/support/migrated-source.js';
import { partitionOf } from '../database/partitions.js';
import type { Store } from '../database/store.js';
import { Where } from '../paging/where.js';
import { typesOf } from './event-criteria.service.js';
import { isMatch, whereEvents, type EventCriteria } from './event-filter.js';
import { EVENT_COLUMNS, toEventRow, type EventRow } from './event-row.js';
import { EventsRepository, type EventsAsked } from './events.repository.js';

const DAY_MS = 86_400_000;
const DAYS = 400;
const PER_DAY = 20;
const NOW = Date.parse('2026-05-01T12:00:00Z');
const TYPES = ['host.online', 'authorization.requested', 'authorization.granted', 'network.joined', 'path.direct'];
/**
 * For one statement: a month of partitions with their indexes, and `events` itself. Without time bounds it is all 400,
 * some 3,700.
 */
const MOST_RELATIONS = 330;
/** For a page of recent events, for one event, or for the events after one of today. */
const FEW_RELATIONS = 45;

let bench: MigratedSource;
let repository: EventsRepository;
/** The relations that each statement locked while it ran. */
let locked: number[] = [];

/** Runs each statement in a transaction of its own and counts the relations that it opened. */
async function counting<T>(text: string, values?: unknown[]): Promise<T> {
  const runner = bench.source.createQueryRunner();
  try {
    await runner.startTransaction();
    const rows = (await runner.query(text, values)) as T;
    const [count] = (await runner.query(
      `SELECT count(DISTINCT relation)::int AS n FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'relation'
         AND relation >= 16384`,
    )) as [{ n: number }];
    locked.push(count.n);
    await runner.commitTransaction();
    return rows;
  } finally {
    await runner.release();
  }
}

beforeAll(async () => {
  bench = await migratedSource();
  const partitions = Array.from({ length: DAYS }, (_, n) => partitionOf(NOW - n * DAY_MS));
  for (let at = 0; at < DAYS; at += 20)
    await bench.run(
      partitions
        .slice(at, at + 20)
        .map(
          ({ name, from, to }) => `CREATE TABLE ${name} PARTITION OF events FOR VALUES FROM ('${from}') TO ('${to}')`,
        )
        .join(';'),
    );
  // In the middle the clock was once set back by two days, and one day has no partition.
  await bench.run(
    `INSERT INTO events (id, committed_at, type, host_id, node_id, network_id, container_name, data)
     SELECT n, $1::timestamptz - (($2 - n)::float8 / $3 + CASE WHEN n BETWEEN 4000 AND 4050 THEN 2 ELSE 0 END) * interval '1 day', ($4::text[])[1 + n % 5],
       'hst_' || n % 7, CASE WHEN n % 3 = 0 THEN 'nod_' || n % 11 END, CASE WHEN n % 4 = 0 THEN 'net_' || n % 2 END,
       CASE WHEN n % 6 = 0 THEN 'demo' END, jsonb_build_object('n', n)
     FROM generate_series(1, $2::int) AS n`,
    [new Date(NOW).toISOString(), DAYS * PER_DAY - PER_DAY, PER_DAY, TYPES],
  );
  await bench.run('DROP TABLE events_20260101');
  await bench.run(
    `INSERT INTO event_days SELECT id, day FROM (SELECT id, day, lag(day) OVER (ORDER BY id) AS before
      FROM (SELECT id, (committed_at AT TIME ZONE 'UTC')::date AS day FROM events) a) b WHERE day IS DISTINCT FROM before`,
  );
  await bench.run('ANALYZE events');
  repository = new EventsRepository({ query: counting } as unknown as Store);
}, 120_000);

afterAll(() => bench?.close());

/** One statement over everything: the expected result of the windows. */
async function atOnce({ criteria, since, until, after, upTo, order, limit }: EventsAsked): Promise<EventRow[]> {
  const where = whereEvents(new Where(), criteria)
    .andIf(since, 'committed_at >= $?')
    .andIf(until, 'committed_at < $?')
    .andIf(after, order === 'asc' ? 'id > $?' : 'id < $?')
    .andIf(upTo, 'id <= $?');
  const rows = await bench.run<Omit<EventRow, 'id'> & { id: string }>(
    `SELECT ${EVENT_COLUMNS} FROM events ${where.sql} ORDER BY id ${order} LIMIT ${limit}`,
    where.values,
  );
  return rows.map(toEventRow);
}

const moment = fc.integer({ min: -10, max: DAYS + 10 }).map((days) => new Date(NOW - days * DAY_MS - 4_000_000));
const id = fc.integer({ min: -5, max: DAYS * PER_DAY + 5 });
const criteria: fc.Arbitrary<EventCriteria> = fc.record(
  {
    hosts: fc.constantFrom(['hst_1'], ['hst_2', 'hst_5'], ['hst_none']),
    nodes: fc.constantFrom(['nod_3'], ['nod_none']),
    network: fc.constantFrom('net_0', 'net_none'),
    container: fc.constantFrom('demo', 'none'),
    types: fc
      .constantFrom('authorization.*', 'host.online', 'path.*,network.joined', 'token.*', 'host.*,authorization.*')
      .map(typesOf),
  },
  { requiredKeys: [] },
);
const asked: fc.Arbitrary<EventsAsked> = fc.record(
  {
    criteria,
    since: moment,
    until: moment,
    after: id,
    upTo: id,
    order: fc.constantFrom('asc' as const, 'desc' as const),
    limit: fc.integer({ min: 1, max: 300 }),
  },
  { requiredKeys: ['criteria', 'order', 'limit'] },
);

describe('a history of 400 days', () => {
  it('returns the same pages by windows of days as by one statement over everything', async () => {
    await fc.assert(
      fc.asyncProperty(asked, async (question) => {
        const rows = await repository.list(question);
        expect(rows).toEqual(await atOnce(question));
        for (const row of rows) expect(isMatch(row, question.criteria)).toBe(true);
      }),
      { numRuns: 150 },
    );
  }, 120_000);

  const last = DAYS * PER_DAY - PER_DAY;
  const recent: [string, () => Promise<unknown>][] = [
    ['the newest 10', () => repository.list({ criteria: {}, order: 'desc', limit: 10 })],
    ['one event by its ID', () => repository.get(1234)],
    ['an event that does not exist', () => repository.get(last + 1_000_000)],
    ['what follows the last event', () => repository.list({ criteria: {}, after: last, order: 'asc', limit: 500 })],
    ['both ends', () => repository.ends()],
    [
      'the last hour',
      () => repository.list({ criteria: {}, since: new Date(NOW - 3_600_000), order: 'desc', limit: 99 }),
    ],
  ];

  it.each(recent)('opens a few relations for %s', async (_what, ask) => {
    locked = [];
    await ask();
    expect(Math.max(...locked)).toBeLessThan(FEW_RELATIONS);
  });

  it('opens no more than a month at a time for a search that finds nothing in it', async () => {
    locked = [];
    expect(await repository.list({ criteria: { hosts: ['hst_none'] }, order: 'desc', limit: 100 })).toEqual([]);
    expect(Math.max(...locked)).toBeLessThan(MOST_RELATIONS);
    expect(locked.length).toBeLessThan(20);
    // The control: an id without a time opens everything.
    await counting('SELECT id FROM events WHERE id = 1234');
    expect(locked.at(-1)).toBeGreaterThan(DAYS);
  });

  it('is counted as one statement would count it, and no more than a month at a time', async () => {
    const [since, until] = [new Date(NOW - 300 * DAY_MS), new Date(NOW - DAY_MS)];
    for (const criteria of [{}, { hosts: ['hst_1'] }, { types: typesOf('authorization.*') }]) {
      locked = [];
      const { counts } = await repository.histogram({ criteria, since, until, buckets: 30, by: 'kind', most: 100_000 });
      expect(Math.max(...locked)).toBeLessThan(MOST_RELATIONS);
      const rows = await atOnce({ criteria, since, until, order: 'asc', limit: 100_000 });
      const expected: Record<string, number> = {};
      for (const { committedAt, type } of rows) {
        const bucket = Math.floor((committedAt.getTime() - since.getTime()) / ((299 * DAY_MS) / 30));
        const key = `${bucket} ${type.split('.')[0]}`;
        expected[key] = (expected[key] ?? 0) + 1;
      }
      const found: Record<string, number> = {};
      for (const { bucket, key, count } of counts) found[`${bucket} ${key}`] = (found[`${bucket} ${key}`] ?? 0) + count;
      expect(found).toEqual(expected);
      expect(rows.length).toBeGreaterThan(100);
    }
  });

  it('finds an event by its ID, and nothing for an ID that does not exist', async () => {
    expect(await repository.get(4020)).toMatchObject({ id: 4020, data: { n: 4020 } });
    expect(await repository.get(0)).toBeUndefined();
    expect(await repository.get(last + 1)).toBeUndefined();
    expect(await repository.ends()).toEqual({ first: 1, last });
  });
});
