// The embedded Postgres: created once, started in its own session, adopted if it outlived the process that started it.
import { mkdirSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { postgresBinaries } from './postgres-binaries.mjs';
import { clusterIn, clearStalePidFile, initialize, isMade } from './postgres-data.mjs';
import { becomesTrue, identify, isSame, processesIn, signal, spawnInOwnSession, stopProcess } from './process.mjs';
import { rememberedPort } from './ports.mjs';
import { secretIn } from './secrets.mjs';
import { lastLines } from './log-file.mjs';
import { SOCKET_PORT, socketFolder } from './socket-folder.mjs';
import { giveTo, unprivileged } from './unprivileged.mjs';

const START_WITHIN_MS = 20_000; // crash recovery included
const ATTEMPTS = 3;
const USER = 'orrery';

/**
 * @typedef {object} PostgresOptions
 * @property {string} dir holds the data and the port; created if absent
 * @property {string} passwordFile of the user orrery; created if absent
 * @property {string} logFile
 * @property {'socket' | 'tcp'} [over] how it listens: on a socket that only its owner can reach, or on loopback, for tests
 * @property {number} [port] over TCP: fails if it is in use; default: the last port, or any free one
 * @property {Record<string, string | number>} [settings] as in postgresql.conf
 * @property {import('./unprivileged.mjs').Disguise} [as] how to avoid running as root; default: found automatically
 */

/**
 * Starts the cluster in `dir`, or takes over the one that is already running there.
 * @param {PostgresOptions} options
 */
export async function startPostgres(options) {
  mkdirSync(options.dir, { recursive: true, mode: 0o700 });
  const dir = realpathSync(options.dir);
  const data = join(dir, 'data');
  const password = secretIn(options.passwordFile);
  const leftover = clusterIn(data);
  const folder = options.over === 'tcp' ? '' : socketFolder(dir);
  if (leftover && (await becomesTrue(() => clusterIn(data)?.ready, START_WITHIN_MS))) {
    const running = clusterIn(data);
    if (running && answersOn(running, folder)) return handle({ ...running, folder, data, password, adopted: true });
    // A server of an earlier version listens on loopback, which every user of this machine can reach.
    await stop(running?.identity, 3000);
  }
  const as = options.as ?? unprivileged();
  giveTo(dir, as.owner);
  if (folder) giveTo(folder, as.owner);
  if (!isMade(data)) initialize({ data, user: USER, password, database: 'orrery', as });
  giveTo(data, as.owner);
  const port = folder ? SOCKET_PORT : await rememberedPort(join(dir, 'port'), options.port);
  const identity = await startWithRetries({ ...options, data, port, folder, as });
  return handle({ identity, port, folder, data, password, adopted: false });
}

/** Stops the cluster in `dir` if one runs there, no matter which process started it. */
export async function stopPostgres(dir, within = 3000) {
  const cluster = clusterIn(join(dir, 'data'));
  return cluster ? stop(cluster.identity, within) : true;
}

async function startWithRetries(options) {
  for (let attempt = 1; ; attempt += 1) {
    const identity = await startOnce(options);
    if (identity) return identity;
    if (attempt === ATTEMPTS) throw new Error(`Postgres does not start:\n${lastLines(options.logFile, 8)}`);
    await pause(200 * attempt);
  }
}

async function startOnce({ data, port, folder, as, logFile, settings = {} }) {
  await becomesTrue(() => processesIn(data).length === 0, 5000); // back ends of a postmaster that was killed
  clearStalePidFile(data);
  const where = { listen_addresses: folder ? '' : '127.0.0.1', unix_socket_directories: quoted(folder) };
  const fixed = { ...where, unix_socket_permissions: '0700', timezone: 'UTC', log_timezone: 'UTC' };
  const flags = Object.entries({ ...fixed, ...settings }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const command = [...as.prefix, postgresBinaries().postgres, '-D', data, '-p', String(port), ...flags];
  const child = spawnInOwnSession(command, { logFile, ...as.spawn });
  let ended = false;
  child.once('exit', () => (ended = true)).once('error', () => (ended = true));
  const ready = () => clusterIn(data)?.ready && clusterIn(data)?.identity.pid === child.pid;
  await becomesTrue(() => ended || ready(), START_WITHIN_MS);
  if (!ended && ready()) return identify(child.pid);
  if (!ended) await stop(identify(child.pid), 1000);
  return undefined;
}

/** Fast shutdown: closes connections, keeps everything committed. Uses harder signals only if that takes too long. */
function stop(identity, within) {
  return stopProcess(identity, [
    ['SIGINT', within * 0.7],
    ['SIGQUIT', within * 0.3],
    ['SIGKILL', 2000],
  ]);
}

/**
 * @param {{ socketFolder?: string, address?: string }} running
 * @param {string} folder
 */
const answersOn = ({ socketFolder: running, address }, folder) =>
  folder ? running === folder && !address : Boolean(address);

/** Quotes an entry of a list in postgresql.conf, because a path may contain commas, spaces and quotes. */
const quoted = (folder) => (folder ? `"${folder.replaceAll('"', '""')}"` : '');

/**
 * @param {{ identity: import('./process.mjs').Identity, port?: number, folder: string, data: string, password: string, adopted: boolean }} cluster
 */
function handle({ identity, port, folder, data, password, adopted }) {
  const host = folder ? 'localhost' : '127.0.0.1';
  const where = folder ? `?host=${folder.split('/').map(encodeURIComponent).join('/')}` : '';
  const databaseUrl = (name) => `postgres://${USER}:${encodeURIComponent(password)}@${host}:${port}/${name}${where}`;
  return {
    /** The database that the API uses. */
    url: databaseUrl('orrery'),
    databaseUrl,
    port,
    pid: identity.pid,
    adopted,
    isAlive: () => isSame(identity),
    stop: (within = 3000) => stop(identity, within),
    /** Simulates a crash. Resolves when the last of its processes is gone. */
    async kill() {
      signal(identity, 'SIGKILL');
      await becomesTrue(() => !isSame(identity) && processesIn(data).length === 0, 5000);
    },
    /** Signals all of its processes: SIGSTOP freezes it with its connections open, SIGCONT continues it. */
    signalAll(name) {
      for (const pid of [identity.pid, ...processesIn(data)]) signal(identify(pid), name);
    },
    /** Deletes everything. Only for clusters that were created for a test. */
    destroy: () => rmSync(join(data, '..'), { recursive: true, force: true }),
  };
}
