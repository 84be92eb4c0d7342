import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFile, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { identify } from '../../scripts/servers/process.mjs';
import { asOnCalmMachine } from '../support/calm.js';
import { eventually } from '../support/servers.js';
import { ask } from './ask.js';
import { Clone } from './clone.js';
import { type Run } from './run.js';

/** They run side by side, beside other files. */
const WITHIN_MS = 120_000;
const READY = 'Orrery is ready';
/** The simulated hosts of a start without a given number. */
const AGENTS = ['cloud-1', 'cloud-2', 'onprem-1'];

async function untilReady(run: Run): Promise<void> {
  await eventually(() => run.output.includes(READY) || run.isOver, { within: 90_000, what: 'npm start' });
  if (!run.output.includes(READY)) throw new Error(run.output);
}

async function urls({ home }: Clone): Promise<{ database: string; nats: string }> {
  const [database = '', nats = ''] = (await readFile(join(home, 'urls'), 'utf8')).split('\n');
  return { database, nats };
}

async function postgresPid({ home }: Clone): Promise<number> {
  return Number((await readFile(join(home, 'postgres/data/postmaster.pid'), 'utf8')).split('\n')[0]);
}

async function natsPid({ home }: Clone): Promise<number> {
  return Number(await readFile(join(home, 'nats/nats.pid'), 'utf8'));
}

async function finish(clone: Clone): Promise<void> {
  await (
    await clone.run('stop')
  ).ended;
  await clone.remove();
}

describe('npm start, in one clone from its first start on', () => {
  let here: Clone;
  let run: Run;
  let before: Awaited<ReturnType<typeof urls>>;
  beforeAll(async () => {
    here = await Clone.make();
  });
  afterAll(() => finish(here));

  it('starts servers, API and three simulated hosts when there is no engine, and says what is missing', async () => {
    run = await here.run('start');
    await untilReady(run);
    expect((await here.story()).sort()).toEqual([
      'agent up cloud-1 simulated=true site=cloud',
      'agent up cloud-2 simulated=true site=cloud',
      'agent up onprem-1 simulated=true site=onprem',
      'api up',
    ]);
    expect(run.output).toContain('no Docker Engine answers');
    expect(run.output).toContain('This machine has no zerotier-one of its own');
    expect(run.output).toContain(`http://127.0.0.1:${here.port}`);
    expect(run.output).toContain(here.home);
    expect(run.output.match(/^ {2}npx orrery .*$/gm)).toEqual([
      '  npx orrery network create lab',
      '  npx orrery launch hello --host cloud-1 --network lab --wait',
    ]);
    expect(await ask((await urls(here)).database, 'SELECT current_database()')).toEqual(['orrery']);
  });

  it('reports that it already runs, and where', async () => {
    const again = await here.run('start');
    expect(await again.ended).toBe(0);
    expect(again.output).toContain(`already running at http://127.0.0.1:${here.port}`);
    const stranger = await Clone.make({ ORRERY_PORT: String(here.port) });
    const third = await stranger.run('start');
    expect(await third.ended).toBe(1);
    expect(third.output).toContain('Another Orrery, with a different state folder');
    await finish(stranger);
  });

  it('on Ctrl-C stops agents, then the API, then NATS and Postgres within three seconds, and says that containers keep running', async () => {
    before = await urls(here);
    await ask(before.database, 'CREATE TABLE kept AS SELECT 7 AS value');
    const [postgres, nats] = [await postgresPid(here), await natsPid(here)];
    const start = performance.now();
    run.controlC();
    expect(await run.ended).toBe(0);
    // Three seconds on an idle machine.
    expect(performance.now() - start).toBeLessThan(asOnCalmMachine(10_000));
    const story = await here.story();
    expect(story.slice(4, 7).sort()).toEqual(AGENTS.map((name) => `agent down ${name}`));
    expect(story.slice(7)).toEqual(['api down']);
    expect(identify(postgres)).toBeUndefined();
    expect(identify(nats)).toBeUndefined();
    expect(await readFile(join(here.home, 'logs/postgres.log'), 'utf8')).toContain('database system is shut down');
    expect(run.output).toContain('Containers keep running');
  });

  it('finds its data, its port and its passwords at the next start', async () => {
    run = await here.run('start');
    await untilReady(run);
    expect(await urls(here)).toEqual(before);
    expect(await ask(before.database, 'SELECT value FROM kept')).toEqual([7]);
  });

  it('takes over the servers, and replaces the programs, that a killed start has left', async () => {
    const { length } = await here.story();
    const [postgres, nats] = [await postgresPid(here), await natsPid(here)];
    run.child.kill('SIGKILL');
    await run.ended;
    run = await here.run('start');
    await untilReady(run);
    expect(run.output).toContain('reusing Postgres, which was still running');
    expect([await postgresPid(here), await natsPid(here)]).toEqual([postgres, nats]);
    const since = async () => (await here.story()).slice(length);
    const again = await eventually(async () => (await since()).length === 8 && since(), { what: 'the agents' });
    expect(again.slice(0, 3).sort()).toEqual(AGENTS.map((name) => `agent down ${name}`));
    expect(again.slice(3, 5)).toEqual(['api down', 'api up']);
    expect(again.slice(5).sort()).toEqual(AGENTS.map((name) => expect.stringContaining(`agent up ${name}`)));
  });

  it('restarts crashed programs on the same port, and says so', async () => {
    const ups = async () => (await here.story()).filter((line) => line === 'api up').length;
    const upBefore = await ups();
    process.kill(await postgresPid(here), 'SIGKILL');
    await eventually(() => run.output.includes('Postgres is running again'), { within: 30_000, what: 'Postgres' });
    expect(run.output).toContain('! Postgres exited; restarting in');
    expect(await ask(before.database, 'SELECT 1')).toEqual([1]);
    const api = JSON.parse(await readFile(join(here.home, 'run/processes/api.json'), 'utf8')) as { pid: number };
    process.kill(api.pid, 'SIGKILL');
    await eventually(async () => (await ups()) === upBefore + 1, { what: 'the API' });
  });
});

type MakeClone = (env?: NodeJS.ProcessEnv, uid?: number) => Promise<Clone>;

/** A test with clones of its own, beside which others can run. */
const withClones = (test: (clone: MakeClone) => Promise<void>) => async () => {
  const clones: Clone[] = [];
  try {
    await test(async (env, uid) => {
      const made = await Clone.make(env, uid);
      clones.push(made);
      return made;
    });
  } finally {
    await Promise.all(clones.map(finish));
  }
};

describe('npm start', () => {
  it.concurrent(
    'takes the number of simulated hosts from its flags',
    withClones(async (clone) => {
      const [none, five] = [await clone(), await clone()];
      await untilReady(await none.run('start', '--no-simulate'));
      expect(await none.story()).toEqual(['api up']);
      await untilReady(await five.run('start', '--simulate', '5'));
      const names = (await five.story()).filter((line) => line.startsWith('agent')).map((line) => line.split(' ')[2]);
      expect(names.sort()).toEqual(['cloud-1', 'cloud-2', 'cloud-3', 'cloud-4', 'onprem-1']);
    }),
    WITHIN_MS,
  );

  it.concurrent(
    'reports who has its port and how to choose another',
    withClones(async (clone) => {
      const here = await clone();
      const other = createServer((_request, response) => response.end('something else'));
      await new Promise<void>((resolve) => other.listen(here.port, '127.0.0.1', resolve));
      const run = await here.run('start');
      expect(await run.ended).toBe(1);
      expect(run.output).toContain(`Port ${here.port} of 127.0.0.1 is in use`);
      expect(run.output).toContain(`ORRERY_PORT=${here.port + 1} npm start`);
      await new Promise((resolve) => other.close(resolve));
      await untilReady(await here.run('start', '--no-simulate'));
    }),
    WITHIN_MS,
  );

  it.concurrent(
    'runs in the background with --detach, and npm stop ends it',
    withClones(async (clone) => {
      const here = await clone();
      const run = await here.run('start', '--detach', '--simulate=1');
      expect(await run.ended).toBe(0);
      expect(run.output).toContain(READY);
      expect(run.output).toContain('Run npm stop to stop Orrery');
      const postgres = await postgresPid(here);
      expect(identify(postgres)).toBeDefined();
      const stop = await here.run('stop');
      expect(await stop.ended).toBe(0);
      expect(stop.output).toContain('Orrery has stopped');
      expect(identify(postgres)).toBeUndefined();
      expect((await here.story()).slice(2)).toEqual(['agent down cloud-1', 'api down']);
      const again = await here.run('stop');
      expect(await again.ended).toBe(0);
      expect(again.output).toContain('Orrery is not running');
    }),
    WITHIN_MS,
  );

  const asRoot = process.getuid?.() === 0 ? it.concurrent : it.concurrent.skip;
  asRoot(
    'works for an ordinary user, and what it makes is for that user only',
    withClones(async (clone) => {
      const nobody = 65534;
      const theirs = await clone({}, nobody);
      const run = await theirs.run('start', '--simulate=1');
      await untilReady(run);
      expect((await stat(`/proc/${await postgresPid(theirs)}`)).uid).toBe(nobody);
      for (const path of ['', 'secrets', 'secrets/nats', 'postgres', 'postgres/data', 'nats', 'logs', 'run']) {
        expect((await stat(join(theirs.home, path))).mode & 0o777).toBe(0o700);
      }
      for (const path of [
        'secrets/postgres.password',
        'secrets/nats/account.seed',
        'secrets/nats/server.conf',
        'nats/nats.conf',
        'logs/api.log',
        'run/start.json',
      ]) {
        expect((await stat(join(theirs.home, path))).mode & 0o777).toBe(0o600);
      }
      run.controlC();
      expect(await run.ended).toBe(0);
    }),
    WITHIN_MS,
  );

  it.concurrent(
    'leaves your own servers alone: no Postgres and no NATS when URLs are given',
    withClones(async (clone) => {
      const given = { DATABASE_URL: 'postgres://me@db.example/orrery', NATS_URL: 'nats://me@bus.example' };
      const here = await clone(given);
      await untilReady(await here.run('start', '--no-simulate'));
      expect(await urls(here)).toEqual({ database: given.DATABASE_URL, nats: given.NATS_URL });
      await expect(postgresPid(here)).rejects.toThrow('ENOENT');
      await expect(natsPid(here)).rejects.toThrow('ENOENT');
    }),
    WITHIN_MS,
  );
});
