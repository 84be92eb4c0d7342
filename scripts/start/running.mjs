// Records which process runs Orrery from a state folder, so that a second start and `npm stop` find it, and leftovers of a killed one.
import { closeSync, mkdirSync, openSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { identify, isSame, stopProcess } from '../servers/process.mjs';

/** @typedef {import('../servers/process.mjs').Identity} Identity */

/**
 * Claims the folder for this process, unless another process runs Orrery from it.
 * @param {string} run
 * @param {string} url
 * @returns {(Identity & { url: string }) | undefined} the process that already has it
 */
export function claim(run, url) {
  mkdirSync(join(run, 'processes'), { recursive: true, mode: 0o700 });
  for (;;) {
    try {
      const file = openSync(join(run, 'start.json'), 'wx', 0o600);
      writeFileSync(file, JSON.stringify({ ...identify(process.pid), url }));
      closeSync(file);
      return undefined;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const owner = whoRuns(run);
    if (owner) return owner;
    rmSync(join(run, 'start.json'), { force: true });
  }
}

/**
 * @param {string} run
 * @returns {(Identity & { url: string, ready?: boolean }) | undefined}
 */
export function whoRuns(run) {
  const owner = read(join(run, 'start.json'));
  return owner && isSame(owner) ? owner : undefined;
}

/** @param {string} run */
export function release(run) {
  rmSync(join(run, 'start.json'), { force: true });
}

/** Everything is up: a detached start no longer needs to wait. */
export function markReady(run, url) {
  writeFileSync(join(run, 'start.json'), JSON.stringify({ ...identify(process.pid), url, ready: true }), {
    mode: 0o600,
  });
}

/**
 * Records a process that we started, so that it can be found if we are killed.
 * @param {string} run
 * @param {string} name
 * @param {Identity} identity
 */
export function remember(run, name, identity) {
  writeFileSync(join(run, 'processes', `${name}.json`), JSON.stringify(identity), { mode: 0o600 });
}

export function forget(run, name) {
  rmSync(join(run, 'processes', `${name}.json`), { force: true });
}

/**
 * Stops leftovers of a killed start: agents first, then the API. Servers are not in this list, because they are adopted.
 * @param {string} run
 * @returns {Promise<string[]>} the names of the stopped processes
 */
export async function stopLeftovers(run, within = 2000) {
  const names = listed(run);
  const alive = names.filter((name) => isSame(read(join(run, 'processes', `${name}.json`))));
  const stop = (name) =>
    stopProcess(read(join(run, 'processes', `${name}.json`)), [
      ['SIGTERM', within],
      ['SIGKILL', 2000],
    ]);
  await Promise.all(alive.filter((name) => name !== 'api').map(stop));
  if (alive.includes('api')) await stop('api');
  for (const name of names) forget(run, name);
  return alive;
}

function listed(run) {
  try {
    return readdirSync(join(run, 'processes')).map((file) => file.replace(/\.json$/, ''));
  } catch {
    return [];
  }
}

/** @returns {any} */
function read(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}
