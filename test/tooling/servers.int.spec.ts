import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { probeNats } from '../../scripts/servers/nats-probe.mjs';
import { startNats as launchNats } from '../../scripts/servers/nats-server.mjs';
import { startPostgres as launchPostgres } from '../../scripts/servers/postgres.mjs';
import { ways } from '../../scripts/servers/unprivileged.mjs';
import {
  eventually,
  reapAtExit,
  startNats,
  startPostgres,
  temporaryFolder,
  type TestNats,
  type TestPostgres,
} from '../support/servers.js';
import { MIGRATIONS } from '../../apps/api/src/database/schema.js';
import { migratedDatabase } from '../support/migrated-database.js';
import { deleteAtExit } from '../support/servers-run.js';
import { SmallDisk } from '../support/system/small-disk.js';
import { ask } from './ask.js';

describe('Postgres for tests', () => {
  let shared: TestPostgres;
  beforeAll(async () => {
    shared = await startPostgres();
  });
  afterAll(() => shared.close());

  it('is one cluster for the whole run, with a database for each caller', async () => {
    const again = await startPostgres();
    expect(again.url).toBe(shared.url);
    const [first, second] = [await shared.createDatabase(), await again.createDatabase()];
    await ask(first.url, 'CREATE TABLE only_here ()');
    expect(await ask(first.url, "SELECT count(*)::int FROM pg_tables WHERE tablename = 'only_here'")).toEqual([1]);
    expect(await ask(second.url, "SELECT count(*)::int FROM pg_tables WHERE tablename = 'only_here'")).toEqual([0]);
    await again.close();
    await expect(ask(second.url, 'SELECT 1')).rejects.toThrow(second.name);
    expect(await ask(first.url, 'SELECT 1')).toEqual([1]);
  });

  it('refuses a wrong password, and listens on loopback only', async () => {
    expect(await ask(shared.url, 'SHOW listen_addresses')).toEqual(['127.0.0.1']);
    const wrong = new URL(shared.url);
    wrong.password = 'wrong';
    await expect(ask(wrong.href, 'SELECT 1')).rejects.toThrow('password authentication failed');
  });

  it('has copies of a migrated one, each with an identity of its own', async () => {
    const [first, second] = [await migratedDatabase(shared), await migratedDatabase(shared)];
    const migrations = 'SELECT name FROM migrations ORDER BY id';
    expect(await ask(first.url, migrations)).toEqual(MIGRATIONS.map(({ name }) => name));
    expect(await ask(second.url, migrations)).toEqual(MIGRATIONS.map(({ name }) => name));
    const [[one], [two]] = [
      await ask(first.url, 'SELECT id FROM store'),
      await ask(second.url, 'SELECT id FROM store'),
    ];
    expect(one).toMatch(/^[0-9a-f]{10}$/);
    expect(two).not.toBe(one);
    const fresh = await shared.createDatabase();
    await expect(ask(fresh.url, migrations)).rejects.toThrow('does not exist');
  }, 120_000);

  it('allows nobody to kill the shared cluster', async () => {
    await expect(shared.kill()).rejects.toThrow('shared by the whole run');
  });

  it('comes back on the same URL with the committed data, after a kill and after a stop', async () => {
    const own = await startPostgres({ own: true });
    const { url } = await own.createDatabase();
    await ask(url, 'CREATE TABLE kept AS SELECT 7 AS value');
    await own.kill();
    await expect(ask(url, 'SELECT value FROM kept')).rejects.toThrow('ECONNREFUSED');
    await own.start();
    expect(await ask(url, 'SELECT value FROM kept')).toEqual([7]);
    await own.stop();
    await own.start();
    expect(await ask(url, 'SELECT value FROM kept')).toEqual([7]);
    await own.close();
  });
});

describe('The embedded Postgres', () => {
  /** A folder for one cluster; `long`: so deep that no socket could be in it. */
  async function clusterFolder({ long = false } = {}) {
    const folder = await mkdtemp(join(tmpdir(), 'orrery-socket-'));
    await deleteAtExit(folder);
    const dir = join(folder, ...(long ? ['with a space, and a comma', 'x'.repeat(80)] : []), 'postgres');
    await mkdir(dirname(dir), { recursive: true });
    return { dir, passwordFile: join(folder, 'password'), logFile: join(folder, 'log') };
  }

  it('answers on a socket in a folder of mode 0700, and no stranger on loopback can take its connections', async () => {
    const files = await clusterFolder();
    const server = await launchPostgres(files);
    await reapAtExit(server.pid);
    expect(await ask(server.url, 'SHOW listen_addresses')).toEqual(['']);
    expect((await stat(join(files.dir, 'socket'))).mode & 0o777).toBe(0o700);
    expect(new URL(server.url).searchParams.get('host')).toBe(join(files.dir, 'socket'));
    await expect(ask(server.url.split('?')[0] as string, 'SELECT 1')).rejects.toThrow('ECONNREFUSED');
    const wrong = new URL(server.url);
    wrong.password = 'wrong';
    await expect(ask(wrong.href, 'SELECT 1')).rejects.toThrow('password authentication failed');
    expect((await launchPostgres(files)).adopted).toBe(true);
    await server.stop();
    const again = await launchPostgres(files);
    await reapAtExit(again.pid);
    expect(again.url).toBe(server.url);
    await again.stop();
  }, 60_000);

  it('is restarted with its data when one of an earlier version still answers on loopback', async () => {
    const files = await clusterFolder();
    const before = await launchPostgres({ ...files, over: 'tcp' });
    await reapAtExit(before.pid);
    await ask(before.url, 'CREATE TABLE kept AS SELECT 7 AS value');
    const now = await launchPostgres(files);
    await reapAtExit(now.pid);
    expect([now.adopted, before.isAlive()]).toEqual([false, false]);
    expect(await ask(now.url, 'SELECT value FROM kept')).toEqual([7]);
    await expect(ask(before.url, 'SELECT 1')).rejects.toThrow('ECONNREFUSED');
    await now.stop();
  }, 60_000);

  it('has its socket elsewhere when the path would be too long, in a folder that nobody else can enter', async () => {
    const files = await clusterFolder({ long: true });
    const server = await launchPostgres(files);
    await reapAtExit(server.pid);
    const folder = new URL(server.url).searchParams.get('host') as string;
    await deleteAtExit(folder);
    expect(folder.startsWith(files.dir)).toBe(false);
    expect(Buffer.byteLength(folder)).toBeLessThan(90);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    expect(await ask(server.url, 'SELECT 1')).toEqual([1]);
    expect(await launchPostgres(files)).toMatchObject({ adopted: true, url: server.url });
    await server.stop();
    // A folder of that name that belongs to somebody else is not entered.
    await chmod(folder, 0o777);
    const again = await launchPostgres(files);
    await reapAtExit(again.pid);
    await deleteAtExit(new URL(again.url).searchParams.get('host') as string);
    expect(again.url).not.toBe(server.url);
    expect(await ask(again.url, 'SELECT 1')).toEqual([1]);
    await again.stop();
  }, 60_000);
});

describe('Postgres started by root', () => {
  const asRoot = process.getuid?.() === 0 ? it : it.skip;

  asRoot(
    'runs in each of the ways not to be root, and moves from one to the other with its data',
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'orrery-ways-'));
      await deleteAtExit(folder);
      await chmod(folder, 0o755); // the last resort, plain nobody, must be able to get here
      const files = {
        dir: join(folder, 'postgres'),
        passwordFile: join(folder, 'password'),
        logFile: join(folder, 'log'),
      };
      const uids: unknown[] = [];
      for (const as of [ways.userNamespace, ways.setpriv, ways.nobody, ways.userNamespace]) {
        const server = await launchPostgres({ ...files, as });
        await reapAtExit(server.pid);
        await ask(server.url, 'CREATE TABLE IF NOT EXISTS kept (start serial); INSERT INTO kept DEFAULT VALUES');
        uids.push(
          (await stat(`/proc/${server.pid}`)).uid,
          ...(await ask(server.url, 'SELECT count(*)::int FROM kept')),
        );
        await server.stop();
      }
      expect(uids).toEqual([0, 1, 65534, 2, 65534, 3, 0, 4]);
      await rm(folder, { recursive: true });
    },
    120_000,
  );
});

describe('A test run', () => {
  it('leaves nothing behind when its owner is killed', async () => {
    const owner = spawn('sleep', ['600']);
    process.env['ORRERY_TEST_OWNER'] = String(owner.pid);
    try {
      const folder = await temporaryFolder();
      const [postgres, nats] = [await startPostgres({ own: true }), await startNats()];
      const elsewhere = await mkdtemp(join(tmpdir(), 'orrery-elsewhere-'));
      await deleteAtExit(elsewhere);
      const strayElsewhere = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)'], { cwd: elsewhere });
      const stray = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)'], { cwd: folder });
      if (SmallDisk.isPossible) SmallDisk.mount(await temporaryFolder(), 1);
      expect(await ask(postgres.url, 'SELECT 1')).toEqual([1]);
      owner.kill('SIGKILL');
      await eventually(() => !existsSync(dirname(folder)), { within: 30_000, what: 'the end of the folder' });
      await expect(ask(postgres.url, 'SELECT 1')).rejects.toThrow('ECONNREFUSED');
      await expect(probeNats(nats)).rejects.toThrow('ECONNREFUSED');
      expect([stray.signalCode, strayElsewhere.signalCode]).toEqual(['SIGKILL', 'SIGKILL']);
      expect(existsSync(elsewhere)).toBe(false);
    } finally {
      delete process.env['ORRERY_TEST_OWNER'];
      owner.kill('SIGKILL');
    }
  });
});

describe('NATS for tests', () => {
  let nats: TestNats;
  beforeAll(async () => {
    nats = await startNats();
  });
  afterAll(() => nats.close());

  it('answers under the name that it was given, and only to clients that know the password', async () => {
    await expect(probeNats(nats)).resolves.toMatchObject({ server_name: nats.name });
    await expect(probeNats({ ...nats, password: 'wrong' })).rejects.toThrow('Authorization Violation');
  });

  it('listens on the address that it was given, and on no other', async () => {
    const dir = await temporaryFolder('nats');
    const options = { dir, name: 'orrery-one-address', passwordFile: join(dir, 'password'), logFile: join(dir, 'log') };
    const server = await launchNats({ ...options, listen: '127.7.7.7' });
    await reapAtExit(server.pid);
    const { port, user, password } = server;
    expect(server.url).toContain(`@127.7.7.7:${port}`);
    await expect(probeNats({ port, user, password, host: '127.7.7.7' })).resolves.toMatchObject({
      server_name: options.name,
    });
    await expect(probeNats({ port, user, password })).rejects.toThrow('ECONNREFUSED');
    expect((await launchNats({ ...options, listen: '127.7.7.7' })).adopted).toBe(true);
    await server.kill();
  });

  it('comes back on the same port after a kill', async () => {
    await nats.kill();
    await expect(probeNats(nats)).rejects.toThrow('ECONNREFUSED');
    await nats.start();
    await expect(probeNats(nats)).resolves.toMatchObject({ server_name: nats.name });
  });

  it('can be paused, so that it holds its connections and answers nobody', async () => {
    await nats.pause();
    await expect(probeNats({ ...nats, within: 200 })).rejects.toThrow('No NATS server answers');
    nats.resume();
    await expect(probeNats(nats)).resolves.toMatchObject({ server_name: nats.name });
  });
});
