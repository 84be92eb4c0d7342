import { readFileSync } from 'node:fs';
import { mkdtemp, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { startNats as launchNats } from '../../scripts/servers/nats-server.mjs';
import { startPostgres as launchPostgres } from '../../scripts/servers/postgres.mjs';
import { TestPostgres } from './servers-postgres.js';
import { reapAtExit, runFolder, underLock } from './servers-run.js';
import { stopped } from './stopped.js';

export { freePort } from './ports.js';
export { eventually } from './eventually.js';
export { TestPostgres, type TestDatabase } from './servers-postgres.js';
export { reapAtExit, shortFolder, temporaryFolder } from './servers-run.js';

export type OwnCluster = boolean | ((folder: string) => void);

/**
 * Real Postgres. By default one cluster for the whole run, started by the first caller: create databases in it. `own`:
 * a separate cluster, which you can kill, stop and restart; a function receives its folder before it is created.
 */
export async function startPostgres({ own = false }: { own?: OwnCluster } = {}): Promise<TestPostgres> {
  const run = await runFolder();
  const dir = own ? await mkdtemp(join(run, 'postgres-')) : join(run, 'postgres');
  if (typeof own === 'function') own(dir);
  const launch = async () => {
    const server = await launchPostgres({
      dir,
      passwordFile: join(run, 'postgres.password'),
      logFile: `${dir}.log`,
      over: 'tcp', // tests put proxies in between, and many share it
      // Safe against killed processes, not against a power cut: a test cluster does not outlive its run.
      settings: {
        fsync: 'off',
        full_page_writes: 'off',
        max_connections: 200,
        shared_buffers: '32MB',
        max_wal_size: '128MB',
        dynamic_shared_memory_type: 'mmap', // a killed one leaves nothing outside of its folder
        track_commit_timestamp: 'on', // for the bench
      },
    });
    await reapAtExit(server.pid);
    return server;
  };
  const server = await underLock(`${dir}.lock`, launch);
  return new TestPostgres(server, own ? launch : undefined);
}

export interface TestNats {
  /** With user and password, unless it has a trust. It stays the same over kill and start. */
  readonly url: string;
  readonly port: number;
  readonly name: string;
  readonly user: string;
  readonly password: string;
  /** Where a server with a trust keeps the account that it received. */
  readonly accounts: string;
  /** Its resident memory, in MiB. */
  memoryMb(): number;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
  /** SIGTERM; resolves when it is gone. */
  stop(): Promise<void>;
  /** Again on the same port, with empty memory. */
  start(): Promise<void>;
  /** SIGSTOP: connections stay open and nobody answers. Resolves when none of its threads runs. */
  pause(): Promise<void>;
  resume(): void;
  close(): Promise<void>;
}

/**
 * `config`: more lines for its configuration file. `trust`: folder of the keys, as `NatsTrust.writeServerFiles` leaves
 * it.
 */
interface NatsSettings {
  config?: string;
  trust?: string;
}

/** A separate nats-server, with a name of its own. */
export async function startNats({ config, trust }: NatsSettings = {}): Promise<TestNats> {
  const dir = await realpath(await mkdtemp(join(await runFolder(), 'nats-')));
  const name = `orrery-${dir.slice(-11)}`;
  const options = { dir, name, passwordFile: join(dir, 'password'), logFile: join(dir, 'log'), config, trust };
  const launch = async () => {
    const server = await launchNats(options);
    await reapAtExit(server.pid);
    return server;
  };
  let server = await launch();
  return {
    url: server.url,
    port: server.port,
    name,
    user: server.user ?? '',
    password: server.password ?? '',
    accounts: join(dir, 'accounts'),
    memoryMb: () => residentMb(server.pid),
    kill: () => server.kill(),
    stop: async () => void (await server.stop()),
    start: async () => {
      if (!server.isAlive()) server = await launch();
    },
    pause: async () => {
      server.signal('SIGSTOP');
      await stopped(server.pid);
    },
    resume: () => void server.signal('SIGCONT'),
    close: () => server.kill(),
  };
}

function residentMb(pid: number | undefined): number {
  const pages = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]);
  return (pages * 4096) / 2 ** 20;
}
