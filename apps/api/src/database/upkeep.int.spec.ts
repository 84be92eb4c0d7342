import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ApiTokenMade, FindingPage, meaningOf, Status } from '@orrery/shared/contracts';
import { createLogger, newId } from '@orrery/shared/runtime';
import { DataSource } from 'typeorm';
import { type RunningApi, startApi, type ApiBench } from '../../../../test/support/api.js';
import { addHost, type TestHost } from '../../../../test/support/data-plane.js';
import { migratedSource, type MigratedSource } from '../../../../test/support/migrated-source.js';
import { engineDown } from '../../../../test/support/reports.js';
import { eventually } from '../../../../test/support/servers.js';
import { loadConfig } from '../config.js';
import { GroupCommitter } from '../ingest/group-committer.js';
import { EventPartitions } from './event-partitions.js';
import { HistoryPruning } from './history-pruning.js';
import { partitionOf } from './partitions.js';
import { Store } from './store.js';
import { Upkeep } from './upkeep.js';
import { UpkeepFailures } from './upkeep-failures.js';

const DAY_MS = 86_400_000;
const RETENTION = 10;
/** Today, a week ahead, and the default one. */
const PARTITIONS = 9;

let bench: MigratedSource;
let upkeep: Upkeep;

const config = () => {
  const settings = { ORRERY_HOME: '/nowhere', DATABASE_URL: 'postgres://x@127.0.0.1/x', NATS_URL: 'nats://127.0.0.1' };
  return loadConfig({ ...settings, ORRERY_EVENT_RETENTION_DAYS: String(RETENTION) });
};

/** Upkeep without its loop, on a database of its own with its partitions created. */
beforeEach(async () => {
  bench = await migratedSource();
  const { source } = bench;
  const logger = createLogger('api', 'silent');
  upkeep = new Upkeep(
    new EventPartitions(source, config(), logger),
    new HistoryPruning(source, config()),
    new UpkeepFailures(new Store(source)),
    logger,
  );
  expect(await upkeep.perform('make-partitions')).toBe(true);
});

afterEach(() => bench?.close());

const ask = <Row>(text: string, values?: unknown[]) => bench.run<Row>(text, values);
const partitions = async () =>
  (
    await ask<{ name: string }>(
      `SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'events'::regclass ORDER BY 1`,
    )
  ).map(({ name }) => name);
const failing = async () =>
  (await ask<{ duty: string }>('SELECT duty FROM upkeep_failures ORDER BY 1')).map(({ duty }) => duty);
const nameOf = (days: number) => partitionOf(Date.now() + days * DAY_MS).name;

/** Commands that ended long ago, each with an item and a stage. */
async function oldCommands(count: number): Promise<void> {
  const { id } = await addHost(bench.source, 'web-1');
  await ask(
    `INSERT INTO commands (id, host_id, action, target, revision, state, created_by, ended_at)
     SELECT 'cmd_' || n, $1, 'launch', 'x', 1, 'done', 'x', now() - interval '20 days' FROM generate_series(1, $2::int) AS n`,
    [id, count],
  );
  await ask(`INSERT INTO command_items (command_id, item_id, revision) SELECT id, 'itm', 1 FROM commands`);
  await ask(`INSERT INTO command_stages (command_id, stage) SELECT id, 'done' FROM commands`);
}

/** Whether a transaction waits for an exclusive lock. */
const waiting = async () =>
  (
    await ask(`SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database AND d.datname = current_database()
    WHERE l.mode = 'AccessExclusiveLock' AND NOT l.granted`)
  ).length > 0;

/** Stores events as ingest does, one after the other. */
class StoringAgent {
  stored = 0;
  readonly #epoch = newId('epo');
  readonly #committer = new GroupCommitter(new Store(bench.source), createLogger('api', 'silent'));

  constructor(private readonly host: TestHost) {}

  async store(): Promise<void> {
    const from = this.stored + 1;
    const happenedAt = new Date('2026-05-01T10:00:00.000Z');
    const events = [{ seq: from, at: happenedAt.toISOString(), happenedAt, fact: engineDown('a') }];
    const replies = await this.#committer.commit([{ host: this.host.id, epoch: this.#epoch, from, events }]);
    expect(replies.get(this.host.id)).toMatchObject({ result: 'stored' });
    this.stored = from;
  }
}

const left = async (table: string) => (await ask<{ n: number }>(`SELECT count(*)::int AS n FROM ${table}`))[0]?.n;

async function refuseDeletes(table: string, raised: string): Promise<() => Promise<unknown>> {
  await ask(`
    CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${raised} RETURN NULL; END $$;
    CREATE TRIGGER refuse AFTER DELETE ON ${table} REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION refuse()`);
  return () => ask(`DROP TRIGGER refuse ON ${table}`);
}

describe('the partitions of events', () => {
  it('are created in advance, dropped beyond the retention, and take over events stored while there was none', async () => {
    expect(await partitions()).toHaveLength(PARTITIONS);
    const later = Date.now() + 20 * DAY_MS;
    await ask(
      `INSERT INTO events (id, committed_at, type, data) VALUES (nextval('event_id'), $1, 'host.joined', '{}'), (nextval('event_id'), now(), 'host.joined', '{}')`,
      [new Date(later)],
    );
    const where = async () =>
      (await ask<{ at: string }>('SELECT tableoid::regclass::text AS at FROM events ORDER BY committed_at')).map(
        ({ at }) => at,
      );
    expect((await where())[1]).toBe('events_default');
    for (let round = 0; round < 2; round++) {
      expect(await upkeep.perform('make-partitions', later)).toBe(true);
      expect(await upkeep.perform('drop-partitions', later)).toBe(true);
      expect(await where()).toEqual([nameOf(20)]);
      expect(await partitions()).toHaveLength(PARTITIONS);
    }
  });

  it('are created and dropped while events are stored', async () => {
    const agent = new StoringAgent(await addHost(bench.source, 'web-1'));
    let isOver = false;
    const storing = (async () => {
      while (!isOver) await agent.store();
    })();
    for (let day = 1; day <= 10; day++) {
      expect(await upkeep.perform('make-partitions', Date.now() + day * DAY_MS)).toBe(true);
      expect(await upkeep.perform('drop-partitions', Date.now() + day * DAY_MS)).toBe(true);
    }
    isOver = true;
    await storing;
    expect(await left('events')).toBe(agent.stored);
  });

  it('are created for the day in which events are being stored', async () => {
    await ask(`DROP TABLE ${nameOf(0)}`);
    const agent = new StoringAgent(await addHost(bench.source, 'web-1'));
    let isOver = false;
    const storing = (async () => {
      while (!isOver) await agent.store();
    })();
    expect(await upkeep.perform('make-partitions')).toBe(true);
    isOver = true;
    await storing;
    expect(await left('events')).toBe(agent.stored);
    expect(await left('events_default')).toBe(0);
  });

  it('wait only briefly for a reader before they are dropped, and go when it is done', async () => {
    await ask(`CREATE TABLE events_20200101 PARTITION OF events FOR VALUES FROM ('2020-01-01') TO ('2020-01-02')`);
    const reader = bench.source.createQueryRunner();
    await reader.startTransaction();
    await reader.query('SELECT FROM events LIMIT 1');
    const dropping = upkeep.perform('drop-partitions');
    await eventually(() => waiting(), { what: 'the drop that waits for the reader' });
    // Transactions behind the drop wait for it, but only briefly, so ingest, which waits for two seconds, does not give
    // up.
    const agent = new StoringAgent(await addHost(bench.source, 'web-1'));
    for (let n = 0; n < 3; n++) await agent.store();
    expect(await partitions()).toContain('events_20200101');
    await reader.commitTransaction();
    await reader.release();
    expect(await dropping).toBe(true);
    expect(await partitions()).not.toContain('events_20200101');
  });
});

describe('history beyond the retention', () => {
  it('is removed a few thousand rows at a time, with all that depends on it; newer rows stay', async () => {
    await oldCommands(12_000);
    await ask(`UPDATE commands SET ended_at = now() WHERE id = 'cmd_1'`);
    const allow = await refuseDeletes(
      'commands',
      `IF (SELECT count(*) FROM gone) > 5000 THEN RAISE EXCEPTION 'too many at once'; END IF;`,
    );
    expect(await upkeep.perform('prune-history')).toBe(true);
    expect([await left('commands'), await left('command_items'), await left('command_stages')]).toEqual([1, 1, 1]);
    await allow();
  });

  it('is removed in smaller parts when Postgres takes too long', async () => {
    await oldCommands(3000);
    await refuseDeletes(
      'commands',
      `IF (SELECT count(*) FROM gone) > 700 THEN RAISE EXCEPTION 'too slow' USING ERRCODE = '57014'; END IF;`,
    );
    expect(await upkeep.perform('prune-history')).toBe(true);
    expect(await left('commands')).toBe(0);
  });

  it('includes the quarantine: everything old, and all but the newest 1,000 rows of a host', async () => {
    await ask(
      `INSERT INTO event_quarantine (host_id, epoch, seq, reason, raw, at)
       SELECT host, 'e', n, '', '', now() - n * interval '1 minute' FROM unnest(ARRAY['a', 'b']) AS host, generate_series(1, 1500) AS n WHERE host = 'a' OR n <= 30`,
    );
    await ask(
      `INSERT INTO event_quarantine (host_id, epoch, seq, reason, raw, at) VALUES ('b', 'e', 99, '', '', now() - interval '11 days')`,
    );
    expect(await upkeep.perform('prune-history')).toBe(true);
    expect(await ask('SELECT host_id AS host, count(*)::int AS n FROM event_quarantine GROUP BY 1 ORDER BY 1')).toEqual(
      [
        { host: 'a', n: 1000 },
        { host: 'b', n: 30 },
      ],
    );
  });
});

describe('a failing upkeep duty', () => {
  const later = Date.now() + 5 * DAY_MS;

  it('does not block others: partitions are created and dropped while nothing can be pruned', async () => {
    await oldCommands(10);
    await ask(`CREATE TABLE events_20200101 PARTITION OF events FOR VALUES FROM ('2020-01-01') TO ('2020-01-02')`);
    const mend = await refuseDeletes('commands', `RAISE EXCEPTION 'no';`);
    expect(await upkeep.perform('prune-history')).toBe(false);
    expect(await upkeep.perform('make-partitions', later)).toBe(true);
    expect(await upkeep.perform('drop-partitions')).toBe(true);
    expect(await partitions()).toContain(nameOf(12));
    expect(await partitions()).not.toContain('events_20200101');
    expect(await failing()).toEqual(['prune-history']);
    await mend();
    expect(await upkeep.perform('prune-history')).toBe(true);
    expect([await failing(), await left('commands')]).toEqual([[], 0]);
  });

  it('does not block others: history is pruned, and the other days get theirs, while one partition cannot be created', async () => {
    await oldCommands(10);
    await ask(`CREATE TABLE ${nameOf(9)} (taken text)`);
    expect(await upkeep.perform('make-partitions', later)).toBe(false);
    expect(await partitions()).toEqual(expect.arrayContaining([nameOf(8), nameOf(10), nameOf(12)]));
    expect(await upkeep.perform('prune-history')).toBe(true);
    expect([await failing(), await left('commands')]).toEqual([['make-partitions'], 0]);
    await ask(`DROP TABLE ${nameOf(9)}`);
    expect(await upkeep.perform('make-partitions', later)).toBe(true);
    expect([await failing(), (await partitions()).includes(nameOf(9))]).toEqual([[], true]);
  });
});

describe('an upkeep failure', () => {
  let servers: ApiBench;
  let api: RunningApi;

  beforeAll(async () => {
    servers = await startApi();
    api = servers.api;
  }, 60_000);
  afterAll(() => servers?.close());

  const findings = async (query = '') => (await api.get(`/v1/findings${query}`, FindingPage)).body;

  it('is a finding without a host and appears in the status, for tokens that see everything, until the duty is done', async () => {
    const database = api.app.get(DataSource);
    const { id } = await addHost(database, 'web-1');
    await database.query(
      `INSERT INTO findings (host_id, code, severity, cause, fix, ordinal, seq, since) VALUES ($1, 'clock-skew', 'info', 'c', 'f', 1, 1, now())`,
      [id],
    );
    await database.query(`CREATE TABLE ${nameOf(9)} (taken text)`);
    const keeper = api.app.get(Upkeep);
    const later = Date.now() + 5 * DAY_MS;
    expect(await keeper.perform('make-partitions', later)).toBe(false);
    const { items } = await findings();
    expect(items.map(({ code, host }) => [code, host?.name])).toEqual([
      ['upkeep-failed', undefined],
      ['clock-skew', 'web-1'],
    ]);
    expect(items[0]).toMatchObject({
      ...{ severity: 'warning', see: { method: 'GET', path: '/readyz' } },
      cause: expect.stringMatching(/^cannot create the partitions of events for the coming days: .*already exists/),
    });
    expect(items[1]?.see).toEqual(meaningOf('clock-skew')?.see);
    const first = await findings('?limit=1');
    expect((await findings(`?limit=1&after=${first.next}`)).items).toEqual([items[1]]);
    expect((await findings('?host=web-1')).items).toEqual([items[1]]);
    const { attention } = (await api.get('/v1/status', Status)).body;
    expect(attention).toContainEqual(
      expect.objectContaining({ what: 'Orrery: upkeep-failed', cause: items[0]?.cause }),
    );

    const token = await scopedToken(api);
    const seen = FindingPage.parse(await (await api.raw('GET', '/v1/findings', { token })).json());
    expect(seen.items).toEqual([items[1]]);
    const status = Status.parse(await (await api.raw('GET', '/v1/status', { token })).json());
    expect(JSON.stringify(status)).not.toContain('upkeep');

    await database.query(`DROP TABLE ${nameOf(9)}`);
    expect(await keeper.perform('make-partitions', later)).toBe(true);
    expect((await findings()).items).toEqual([items[1]]);
  });
});

async function scopedToken(api: RunningApi): Promise<string> {
  const body = { name: 'some', role: 'viewer', scope: { hosts: 'gpu!=yes' } };
  return (await api.ask('POST', '/v1/tokens', ApiTokenMade, { body })).body.secret;
}
