import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Epoch, Presence } from '@orrery/shared/contracts';
import { newId } from '@orrery/shared/runtime';
import { BusAgent } from '../../../../../test/support/bus-agent.js';
import {
  addHost,
  startDataPlane,
  type RunningDataPlane,
  type TestHost,
} from '../../../../../test/support/data-plane.js';
import { engineDown, Reporter } from '../../../../../test/support/reports.js';
import { migratedDatabase } from '../../../../../test/support/migrated-database.js';
import {
  eventually,
  startNats,
  startPostgres,
  type TestNats,
  type TestPostgres,
} from '../../../../../test/support/servers.js';
import type { EntityManager } from 'typeorm';
import { runIn } from '../../database/statements.js';
import { PresenceNotes } from './presence-notes.js';
import { SEEN_EVERY_BEATS } from './seen-marks.js';
import { asOnCalmMachine } from '../../../../../test/support/calm.js';

const BEAT_MS = 300;
const settings = { ORRERY_HEARTBEAT_SECONDS: `${BEAT_MS / 1000}` };
let postgres: TestPostgres;
let nats: TestNats;
let replicas: RunningDataPlane[];
let plane: RunningDataPlane;
let host: TestHost;
let agent: BusAgent;
let count = 0;

beforeAll(async () => {
  [postgres, nats] = await Promise.all([startPostgres(), startNats()]);
  const { url: databaseUrl } = await migratedDatabase(postgres);
  const start = () => startDataPlane({ databaseUrl, natsUrl: nats.url, settings });
  replicas = [await start(), await start()];
  plane = replicas[1] as RunningDataPlane;
}, 60_000);

afterAll(async () => {
  await Promise.all(replicas.map((replica) => replica.close()));
  await nats?.close();
  await postgres?.close();
});

beforeEach(async () => {
  host = await addHost(plane.database, `there-${++count}`);
  agent = await new BusAgent(host.id, nats.url, []).listen();
});

afterEach(() => agent.close());

const presence = async () =>
  (
    await plane.database.query<{ presence: Presence }[]>('SELECT presence FROM host_status WHERE host_id = $1', [
      host.id,
    ])
  )[0]?.presence;
const becomes = (wanted: Presence) =>
  eventually(async () => (await presence()) === wanted, { within: 30_000, what: `the host being ${wanted}` });
const told = async () =>
  (
    await plane.database.query<{ type: string }[]>(
      `SELECT type FROM events WHERE host_id = $1 AND type LIKE 'host.%' AND epoch IS NULL ORDER BY id`,
      [host.id],
    )
  ).map(({ type }) => type);

const lastSeen = async () =>
  (
    await plane.database.query<[{ at: string }]>(
      'SELECT last_seen_at::text AS at FROM host_status WHERE host_id = $1',
      [host.id],
    )
  )[0].at;

describe('a host', () => {
  it('is online when it sends heartbeats, unreachable when it stops, online when it resumes, with one event each', async () => {
    expect(await presence()).toBe('joined');
    agent.beatEvery(BEAT_MS);
    await becomes('online');
    agent.silence();
    await becomes('unreachable');
    agent.beatEvery(BEAT_MS);
    await becomes('online');
    await eventually(async () => (await told()).length >= 3);
    expect(await told()).toEqual(['host.online', 'host.unreachable', 'host.online']);
    const [row] = await plane.database.query<{ ago: number }[]>(
      'SELECT extract(epoch FROM now() - last_seen_at)::float AS ago FROM host_status WHERE host_id = $1',
      [host.id],
    );
    expect((row?.ago ?? Infinity) * 1000).toBeLessThan(asOnCalmMachine(5_000));
  });

  it('is recorded once in six unchanged heartbeats, and with its exact time once it is missed', async () => {
    agent.beatEvery(BEAT_MS);
    await becomes('online');
    const begun = performance.now();
    const seen = new Set<string>();
    await eventually(async () => seen.add(await lastSeen()).size > 3, { within: 60_000, every: 50 });
    expect(performance.now() - begun).toBeGreaterThan(2 * (SEEN_EVERY_BEATS - 1) * BEAT_MS);
    const [row] = await plane.database.query<{ now: string }[]>('SELECT clock_timestamp()::text AS now');
    agent.beat();
    agent.silence();
    await becomes('unreachable');
    const [exact] = await plane.database.query<{ is: boolean }[]>(
      'SELECT last_seen_at >= $2::timestamptz AS is FROM host_status WHERE host_id = $1',
      [host.id, row?.now],
    );
    expect(exact?.is).toBe(true);
  });

  it('is unknown, not unreachable, while NATS is down, without an event', async () => {
    agent.beatEvery(BEAT_MS);
    await becomes('online');
    await nats.kill();
    await becomes('unknown');
    await nats.start();
    await becomes('online');
    expect(await told()).toEqual(['host.online']);
  });

  it('reports with its heartbeat which state it holds, which marks commands as delivered', async () => {
    agent.beatEvery(BEAT_MS);
    agent.held.revision = 3;
    await plane.database.query('UPDATE hosts SET revision = 4 WHERE id = $1', [host.id]);
    await eventually(async () => {
      const [row] = await plane.database.query<{ n: number }[]>(
        'SELECT held_revision::int AS n FROM host_status WHERE host_id = $1',
        [host.id],
      );
      return row?.n === 3;
    });
  });

  it('is two hosts when heartbeats of a closed epoch and of the newer one alternate', async () => {
    const first = new Reporter(plane, host, agent.epoch);
    await first.say(engineDown('a'));
    const clone = await new BusAgent(host.id, nats.url, []).listen();
    clone.epoch = newId('epo');
    await new Reporter(plane, host, clone.epoch).say(engineDown('b'));
    clone.beatEvery(BEAT_MS);
    agent.beatEvery(BEAT_MS);
    await eventually(async () => (await told()).includes('host.cloned'), { what: 'host.cloned' });
    expect(await clone.hello()).toMatchObject({ result: 'refused', code: 'cloned' });
    await clone.close();
  });
});

describe('the content of heartbeats', () => {
  it('is recorded without a deadlock with a transaction that locks the same epochs in order', async () => {
    const other = await addHost(plane.database, `next-to-${host.name}`);
    const ids = [host.id, other.id].sort();
    const epochs = ids.map(() => newId('epo'));
    await plane.database.query(
      'INSERT INTO epochs (host_id, epoch, ordinal) SELECT *, 1 FROM unnest($1::text[], $2::text[])',
      [ids.toReversed(), epochs.toReversed()],
    );
    const news = ids
      .map((id, index) => ({
        host: id,
        epoch: epochs[index] as Epoch,
        inventory: 'x',
        revision: 0,
        digest: null,
        at: 0,
      }))
      .reverse();
    const lock = (manager: EntityManager, n: number) =>
      manager.query('SELECT FROM epochs WHERE host_id = $1 FOR UPDATE NOWAIT', [ids[n]]);
    let written: Promise<void> | undefined;
    await plane.database.transaction(async (manager) => {
      await lock(manager, 0);
      const [me] = await manager.query<[{ pid: number }]>('SELECT pg_backend_pid() AS pid');
      written = plane.database.transaction((writer) => plane.app.get(PresenceNotes).write(runIn(writer), news));
      const waits = async () =>
        (
          await plane.database.query<unknown[]>('SELECT FROM pg_stat_activity WHERE $1 = ANY(pg_blocking_pids(pid))', [
            me.pid,
          ])
        ).length > 0;
      await eventually(waits, { what: 'the writer waiting' });
      await lock(manager, 1);
    });
    await written;
  });
});

describe('the leader', () => {
  it('is replaced when its process ends, and the next one judges', async () => {
    agent.beatEvery(BEAT_MS);
    await becomes('online');
    await replicas.shift()?.close();
    agent.silence();
    await becomes('unreachable');
    await eventually(async () => (await told()).length === 2);
    expect(await told()).toEqual(['host.online', 'host.unreachable']);
  });
});
