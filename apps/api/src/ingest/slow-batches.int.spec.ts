import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { addHost, startDataPlane, type RunningDataPlane } from '../../../../test/support/data-plane.js';
import { migratedDatabase } from '../../../../test/support/migrated-database.js';
import { engineDown, Reporter } from '../../../../test/support/reports.js';
import { startNats, startPostgres, type TestNats, type TestPostgres } from '../../../../test/support/servers.js';

let postgres: TestPostgres;
let nats: TestNats;
let plane: RunningDataPlane;
let slow: Reporter;
let other: Reporter;

beforeAll(async () => {
  [postgres, nats] = await Promise.all([startPostgres(), startNats()]);
  plane = await startDataPlane({ databaseUrl: (await migratedDatabase(postgres)).url, natsUrl: nats.url });
  // Postgres times out, as if it were slow, for more events than the name of the host says (`slow-10`: ten).
  await plane.database.query(`
    CREATE FUNCTION be_slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF EXISTS (SELECT FROM told JOIN hosts h ON h.id = told.host_id AND h.name LIKE 'slow-%' GROUP BY h.name
                 HAVING count(*) > substr(h.name, 6, 2)::int) THEN
        RAISE EXCEPTION 'canceling statement due to statement timeout' USING ERRCODE = '57014';
      END IF;
      RETURN NULL;
    END $$;
    CREATE TRIGGER be_slow AFTER INSERT ON events REFERENCING NEW TABLE AS told FOR EACH STATEMENT EXECUTE FUNCTION be_slow()`);
}, 60_000);

afterAll(async () => {
  await plane?.close();
  await nats?.close();
  await postgres?.close();
});

let count = 0;
const reporter = async (name: string) => new Reporter(plane, await addHost(plane.database, `${name}-${++count}`));

beforeEach(async () => {
  [slow, other] = [await reporter('slow-10'), await reporter('quick')];
});

const causes = async (of: Reporter) => (await of.stored()).map(({ data }) => data.cause);
const texts = (length: number) => Array.from({ length }, (_, n) => `${n}`);

/** As an agent does it: sends again from after the cursor, until all is stored. Returns how often it sent. */
async function sendAll(of: Reporter, events: readonly unknown[], most: number): Promise<number> {
  let cursor = 0;
  for (let sent = 1; sent <= most; sent++) {
    const reply = await of.send(cursor + 1, events.slice(cursor));
    expect(['stored', 'busy']).toContain(reply.result);
    if (reply.result === 'stored') cursor = reply.cursor;
    if (cursor === events.length) return sent;
  }
  throw new Error(`${events.length - cursor} events are left after ${most} tries`);
}

describe('a batch for which Postgres takes too long', () => {
  it('is stored in parts, in order, each event once', async () => {
    const events = slow.number(...texts(100).map(engineDown));
    await sendAll(slow, events, 60);
    expect(await causes(slow)).toEqual(texts(100));
  });

  it('is stored whole and at once when Postgres is quick enough: the control', async () => {
    const events = other.number(...texts(100).map(engineDown));
    expect(await sendAll(other, events, 1)).toBe(1);
    expect(await causes(other)).toEqual(texts(100));
  });

  it('does not delay the batches of others that arrived at the same time', async () => {
    const events = slow.number(...texts(64).map(engineDown));
    const others = await Promise.all(Array.from({ length: 5 }, () => reporter('quick')));
    const [, ...replies] = await Promise.all([
      slow.send(1, events),
      ...others.map((each) => each.say(engineDown('a'))),
    ]);
    for (const { result } of replies) expect(result).toBe('stored');
    await sendAll(slow, events, 40);
    expect(await causes(slow)).toEqual(texts(64));
  });

  it('stays busy when one event alone takes too long, puts nothing aside, and continues when it no longer does', async () => {
    const never = await reporter('slow-00');
    const events = never.number(...texts(3).map(engineDown));
    for (let n = 0; n < 5; n++) expect((await never.send(1, events)).result).toBe('busy');
    expect(await never.quarantined()).toEqual([]);
    await plane.database.query(`UPDATE hosts SET name = 'mended' WHERE id = $1`, [never.host.id]);
    await sendAll(never, events, 5);
    expect(await causes(never)).toEqual(texts(3));
  });
});
