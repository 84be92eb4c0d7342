// Processes that outlive us. Pids are reused, so a process is known by its pid *and* the moment it started.
import { execFileSync, spawn } from 'node:child_process';
import { closeSync, openSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

/** @typedef {{ pid: number, started: string }} Identity */

/**
 * Who runs under this pid now; undefined when nobody does. A zombie counts as nobody: it holds no port and no file,
 * unless some of its threads are still on their way out.
 * @param {number | undefined} pid undefined: of a program that could not be started
 * @returns {Identity | undefined}
 */
export function identify(pid) {
  if (pid === undefined) return undefined;
  try {
    if (process.platform !== 'linux') {
      const [state, ...started] = ps('stat=,lstart=', pid).trim().split(/\s+/);
      return state?.startsWith('Z') === false ? { pid, started: started.join(' ') } : undefined;
    }
    // The second field, the command's name, may hold spaces and brackets: count from the last bracket.
    const [state, ...fields] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').slice(-1)[0].split(' ');
    const isOver = state === 'X' || (state === 'Z' && readdirSync(`/proc/${pid}/task`).length <= 1);
    return isOver ? undefined : { pid, started: fields[18] };
  } catch {
    return undefined;
  }
}

/** @param {Identity | undefined} identity */
export function isSame(identity) {
  return identity !== undefined && identify(identity.pid)?.started === identity.started;
}

/**
 * The arguments a process was started with; empty when unknown.
 * @param {number} pid
 * @returns {string[]}
 */
export function commandLine(pid) {
  try {
    if (process.platform !== 'linux') return ps('command=', pid).trim().split(' ');
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').filter(Boolean);
  } catch {
    return [];
  }
}

/** @param {number} pid */
export function workingDirectory(pid) {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return undefined;
  }
}

/**
 * Everybody whose working directory is this folder (Linux only; elsewhere nobody is found).
 * @param {string} folder
 * @returns {number[]} pids
 */
export function processesIn(folder) {
  if (process.platform !== 'linux') return [];
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => workingDirectory(pid) === folder && identify(pid));
}

/**
 * Sends a signal unless the process is gone or its pid now belongs to another.
 * @param {Identity | undefined} identity
 * @param {NodeJS.Signals} signal
 */
export function signal(identity, signal) {
  if (!identity || !isSame(identity)) return false;
  try {
    return process.kill(identity.pid, signal);
  } catch (error) {
    if (error.code === 'ESRCH') return false;
    throw error;
  }
}

/**
 * @param {() => unknown} condition
 * @param {number} within milliseconds
 * @returns {Promise<boolean>} whether it came true in time
 */
export async function becomesTrue(condition, within, every = 20) {
  const end = Date.now() + within;
  for (;;) {
    if (await condition()) return true;
    if (Date.now() >= end) return false;
    await pause(every);
  }
}

/**
 * Sends each signal in turn until the process is gone.
 * @param {Identity | undefined} identity
 * @param {[NodeJS.Signals, number][]} ladder signal and how long (ms) it may take
 */
export async function stopProcess(identity, ladder) {
  for (const [name, within] of ladder) {
    if (!signal(identity, name)) return true;
    if (await becomesTrue(() => !isSame(identity), within)) return true;
  }
  return false;
}

/**
 * Starts a program in a session of its own: Ctrl-C in our terminal does not reach it, and it outlives us.
 * @param {string[]} command
 * @param {{ logFile: string, env?: NodeJS.ProcessEnv, cwd?: string, uid?: number, gid?: number }} options
 */
export function spawnInOwnSession([program, ...args], { logFile, ...options }) {
  const log = openSync(logFile, 'a', 0o600);
  try {
    const child = spawn(program, args, { ...options, detached: true, stdio: ['ignore', log, log] });
    child.unref();
    return child;
  } finally {
    closeSync(log);
  }
}

function ps(columns, pid) {
  return execFileSync('ps', ['-o', columns, '-p', String(pid)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}
