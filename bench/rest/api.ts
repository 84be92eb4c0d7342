import { spawn, type ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pause } from '@orrery/shared/runtime';
import { ROOT } from '../../test/support/system/build.js';
import { PUBLIC, System } from '../../test/support/system/system.js';
import { measureTogether, type RestOptions, type RestReport } from './rest-part.js';

const HOSTS = 3;
/** Long enough for all work of starting and launching to end. */
const CALM_MS = 30_000;
const GOALS = { api: 1, postgres: 0.5 };

/** The API and its Postgres with three simulated hosts, each with a container, and no requests. */
export async function apiAtRest({ seconds, say, signal }: RestOptions): Promise<RestReport> {
  const names = Array.from({ length: HOSTS }, (_, index) => `rest-${index + 1}`);
  const system = await System.start({
    hosts: names,
    ownPostgres: true,
    // The default; test systems send heartbeats faster.
    api: { ORRERY_HEARTBEAT_SECONDS: '5' },
  });
  const bare = await startBare();
  try {
    for (const name of names) await system.done((await system.launch(name, 'quiet', PUBLIC)).id);
    say('waiting until all is quiet');
    await pause(CALM_MS, signal);
    const watched = {
      [`API, ${names.length} hosts`]: system.api.process.child.pid ?? 0,
      Postgres: await postmasterOf(system),
      'Node.js with the same packages, idle': bare.pid ?? 0,
    };
    say(`measuring for ${seconds} s`);
    const before = await countsOf(system);
    const rows = await measureTogether(watched, seconds * 1000, signal);
    const after = await countsOf(system);
    const [api, postgres] = rows;
    if (api) api.goal = GOALS.api;
    if (postgres) postgres.goal = GOALS.postgres;
    const counts = Object.fromEntries(
      Object.entries(after)
        .map(([what, count]) => [what, ((count - (before[what] ?? 0)) * 60) / seconds] as const)
        .filter(([, count]) => count > 0),
    );
    return { title: 'API and Postgres at rest (per minute where counted)', rows, counts };
  } finally {
    bare.kill();
    await system.close();
  }
}

/** Our own connection is idle meanwhile, but its two transactions are counted. */
async function countsOf(system: System): Promise<Record<string, number>> {
  const tables = await system.sql<{ table: string; versions: string }>(
    'SELECT relname AS table, n_tup_ins + n_tup_upd + n_tup_del AS versions FROM pg_stat_user_tables',
  );
  const [all] = await system.sql<{ transactions: string }>(
    'SELECT xact_commit + xact_rollback AS transactions FROM pg_stat_database WHERE datname = current_database()',
  );
  const versions = tables.map(({ table, versions }) => [`row versions of ${table}`, Number(versions)] as const);
  return {
    'row versions': versions.reduce((sum, [, count]) => sum + count, 0),
    transactions: Number(all?.transactions ?? 0),
    ...Object.fromEntries(versions),
  };
}

async function postmasterOf(system: System): Promise<number> {
  const [row] = await system.sql<{ folder: string }>(`SELECT current_setting('data_directory') AS folder`);
  return Number((await readFile(join(row?.folder ?? '', 'postmaster.pid'), 'utf8')).split('\n')[0]);
}

/** The cost of an idle process that has loaded the same packages as the API. */
async function startBare(): Promise<ChildProcess> {
  const folder = join(ROOT, 'apps/api');
  const { dependencies } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  const names = Object.keys(dependencies).map((name) =>
    name === '@orrery/shared' ? '@orrery/shared/contracts' : name,
  );
  const program = `${names.map((name) => `await import('${name}');`).join('')} setInterval(() => {}, 60_000);`;
  return spawn(process.execPath, ['--input-type=module', '-e', program], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}
