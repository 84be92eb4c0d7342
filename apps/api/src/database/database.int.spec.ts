import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { addHost, startDataPlane, type RunningDataPlane } from '../../../../test/support/data-plane.js';
import { engineDown, Reporter } from '../../../../test/support/reports.js';
import {
  eventually,
  startNats,
  startPostgres,
  type TestNats,
  type TestPostgres,
} from '../../../../test/support/servers.js';
import { DatabaseState } from './database-state.js';
import { PartitionsKeeper } from './partitions-keeper.js';

let postgres: TestPostgres;
let nats: TestNats;

beforeAll(async () => {
  [postgres, nats] = await Promise.all([startPostgres({ own: true }), startNats()]);
}, 60_000);

afterAll(async () => {
  await nats?.close();
  await postgres?.close();
});

const DAY_MS = 86_400_000;
const partitions = async (plane: RunningDataPlane) =>
  (
    await plane.database.query<{ name: string }[]>(
      `SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'events'::regclass ORDER BY 1`,
    )
  ).map(({ name }) => name);

describe('the database', () => {
  it('may be away when the process starts: it says so, and uses it as soon as it is there', async () => {
    const { url } = await postgres.createDatabase();
    await postgres.stop();
    const plane = await startDataPlane({ databaseUrl: url, natsUrl: nats.url, ready: false });
    const state = plane.app.get(DatabaseState);
    await eventually(() => state.cause?.includes('ECONNREFUSED'), { what: 'the cause' });
    expect(await state.check()).toMatchObject({ ok: false, cause: expect.stringContaining('ECONNREFUSED') });
    const stranger = new Reporter(plane, {
      id: 'hst_aaaaaaaaaaaaaaaaaaaa',
      node: 'nod_aaaaaaaaaaaaaaaaaaaa',
      name: 'x',
    });
    expect(await stranger.say(engineDown('a'))).toMatchObject({ result: 'busy' });
    await postgres.start();
    await eventually(() => state.ready, { within: 30_000, what: 'the database' });
    expect(await state.check()).toEqual({ ok: true });
    const agent = new Reporter(plane, await addHost(plane.database, 'web-1'));
    const events = agent.number(engineDown('a'));
    await eventually(async () => (await agent.send(1, events)).result === 'stored');
    await plane.close();
  });

  it('is migrated once when several processes start at the same time, and again nothing is left to do', async () => {
    const { url } = await postgres.createDatabase();
    const start = () => startDataPlane({ databaseUrl: url, natsUrl: nats.url });
    const planes = await Promise.all([start(), start(), start()]);
    const [first] = planes;
    expect(await first.database.query('SELECT name FROM migrations ORDER BY id')).toEqual([
      { name: 'Wanted1764000000001' },
      { name: 'Observed1764000000002' },
      { name: 'Tokens1764000000004' },
      { name: 'Paused1764000000005' },
      { name: 'HostKeys1764000000006' },
      { name: 'EphemeralHosts1764000000007' },
      { name: 'Admission1764000000008' },
      { name: 'Scopes1764000000016' },
    ]);
    expect(await first.database.query('SELECT count(*)::int AS n FROM store')).toEqual([{ n: 1 }]);
    await Promise.all(planes.map((plane) => plane.close()));
  });
});

describe('the partitions of events', () => {
  it('are there ahead, go with the retention, and take in what came while nobody kept them', async () => {
    const { url } = await postgres.createDatabase();
    const plane = await startDataPlane({
      databaseUrl: url,
      natsUrl: nats.url,
      settings: { ORRERY_EVENT_RETENTION_DAYS: '10' },
    });
    const keeper = plane.app.get(PartitionsKeeper);
    expect(await partitions(plane)).toHaveLength(9);

    const later = Date.now() + 20 * DAY_MS;
    await plane.database.query(
      `INSERT INTO events (id, committed_at, type, data) VALUES (nextval('event_id'), $1, 'host.joined', '{}'), (nextval('event_id'), now(), 'host.joined', '{}')`,
      [new Date(later)],
    );
    const where = async () =>
      (
        await plane.database.query<{ at: string }[]>(
          'SELECT tableoid::regclass::text AS at FROM events ORDER BY committed_at',
        )
      ).map(({ at }) => at);
    expect((await where())[1]).toBe('events_default');
    await keeper.keep(later);
    const stamp = new Date(later).toISOString().slice(0, 10).replaceAll('-', '');
    expect(await where()).toEqual([`events_${stamp}`]);
    expect(await partitions(plane)).toHaveLength(9);
    await keeper.keep(later);
    expect(await partitions(plane)).toHaveLength(9);
    await plane.close();
  });

  it('are kept while events are stored', async () => {
    const { url } = await postgres.createDatabase();
    const plane = await startDataPlane({ databaseUrl: url, natsUrl: nats.url });
    const agent = new Reporter(plane, await addHost(plane.database, 'web-1'));
    const keeper = plane.app.get(PartitionsKeeper);
    let isOver = false;
    const storing = (async () => {
      while (!isOver) expect(await agent.say(engineDown('a'))).toMatchObject({ result: 'stored' });
    })();
    for (let day = 1; day <= 10; day++) await keeper.keep(Date.now() + day * DAY_MS);
    isOver = true;
    await storing;
    expect(await agent.stored()).toHaveLength(agent.seq);
    await plane.close();
  });
});
