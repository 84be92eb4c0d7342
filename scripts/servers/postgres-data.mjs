// The data folder of the embedded Postgres: creates it, and finds the server that runs in it.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { postgresBinaries } from './postgres-binaries.mjs';
import { commandLine, identify, processesIn, workingDirectory } from './process.mjs';
import { giveTo } from './unprivileged.mjs';

/** @param {string} data */
export const isMade = (data) => existsSync(join(data, 'PG_VERSION'));

/**
 * The cluster that runs in this folder, if any. The pid in its lock file must belong to a process that works in
 * this folder, because after a reboot the same pid may belong to any process.
 * @param {string} data
 */
export function clusterIn(data) {
  const lines = pidFile(data);
  const identity = lines && identify(Number(lines[0]));
  if (!identity || !worksIn(identity.pid, data)) return undefined;
  const [port, socketFolder, address] = [Number(lines[3]), lines[4]?.trim(), lines[5]?.trim()];
  return { identity, port, socketFolder, address, ready: lines[7]?.trim() === 'ready' };
}

/**
 * Removes a lock file whose pid now belongs to another process, because Postgres would refuse to start.
 * A lock file whose pid is dead stays: Postgres itself then looks for back ends that are still attached.
 * @param {string} data
 */
export function clearStalePidFile(data) {
  const lines = pidFile(data);
  if (lines && identify(Number(lines[0])) && !clusterIn(data) && processesIn(data).length === 0) {
    rmSync(join(data, 'postmaster.pid'), { force: true });
  }
}

/**
 * Creates a cluster with one user and one database. It gets its name only when it is complete.
 * @param {{ data: string, user: string, password: string, database: string, as: import('./unprivileged.mjs').Disguise }} options
 */
export function initialize({ data, user, password, database, as }) {
  const { initdb, postgres } = postgresBinaries();
  const draft = mkdtempSync(`${data}.new-`);
  const passwordFile = join(dirname(data), 'initdb.password');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  giveTo(draft, as.owner);
  giveTo(passwordFile, as.owner);
  const run = (program, args, input) => {
    const [first, ...rest] = [...as.prefix, program, ...args];
    execFileSync(first, rest, { input, stdio: ['pipe', 'pipe', 'pipe'], ...as.spawn });
  };
  try {
    // The built-in locale sorts the same on every machine, whatever the system has installed.
    const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
    const access = ['--auth=scram-sha-256', `--username=${user}`, `--pwfile=${passwordFile}`];
    run(initdb, ['-D', draft, ...access, ...locale, '--no-instructions']);
    run(postgres, ['--single', '-D', draft, 'postgres'], `CREATE DATABASE ${database}\n`);
    renameSync(draft, data);
  } finally {
    rmSync(passwordFile, { force: true });
    rmSync(draft, { recursive: true, force: true });
  }
}

function pidFile(data) {
  try {
    return readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n');
  } catch {
    return undefined;
  }
}

function worksIn(pid, data) {
  if (process.platform === 'linux') return workingDirectory(pid) === data;
  const args = commandLine(pid);
  return args.some((arg) => arg.endsWith('postgres')) && args.join(' ').includes(data);
}
