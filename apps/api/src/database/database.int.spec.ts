import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { addHost, startDataPlane } from '../../../../test/support/data-plane.js';
import { engineDown, Reporter } from '../../../../test/support/reports.js';
import {
  eventually,
  startNats,
  startPostgres,
  type TestNats,
  type TestPostgres,
} from '../../../../test/support/servers.js';
import { DatabaseState } from './database-state.js';
import { MIGRATIONS } from './schema.js';

let postgres: TestPostgres;
let nats: TestNats;

beforeAll(async () => {
  [postgres, nats] = await Promise.all([startPostgres({ own: true }), startNats()]);
}, 60_000);

afterAll(async () => {
  await nats?.close();
  await postgres?.close();
});

describe('the database', () => {
  it('may be unreachable when the process starts: this is reported, and the database is used as soon as it is there', async () => {
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

  it('is migrated once when several processes start at the same time, and nothing is left to do afterwards', async () => {
    const { url } = await postgres.createDatabase();
    const start = () => startDataPlane({ databaseUrl: url, natsUrl: nats.url });
    const planes = await Promise.all([start(), start(), start()]);
    const [first] = planes;
    expect(await first.database.query('SELECT name FROM migrations ORDER BY id')).toEqual(
      MIGRATIONS.map(({ name }) => ({ name })),
    );
    expect(await first.database.query('SELECT count(*)::int AS n FROM store')).toEqual([{ n: 1 }]);
    await Promise.all(planes.map((plane) => plane.close()));
  });
});
