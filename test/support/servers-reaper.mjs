// Usage: node servers-reaper.mjs <folder of all runs> Waits until no run in the folder has an owner that needs it,
// kills what dead runs left, and deletes their folders.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { commandLine, identify, isSame, signal, workingDirectory } from '../../scripts/servers/process.mjs';

const YOUNG_MS = 10_000; // a folder without an owner file may be one that is just being created
const PROGRAMS = new Set(['node', 'nats-server', 'postgres']);
const all = process.argv[2];

while (sweep()) await pause(300);

/**
 * This reaper's own run, and those whose reaper is gone. Another clone's reaper may know more kinds of leftovers.
 * @returns {boolean} whether a run is left that must be waited for
 */
function sweep() {
  const runs = readdirSync(all).map((name) => join(all, name));
  const reaperOf = (run) => read(join(run, 'reaper'));
  const mine = runs.filter((run) => !reaperOf(run) || reaperOf(run).pid === process.pid || !isSame(reaperOf(run)));
  const left = mine.filter((run) => !isOver(run) || !bury(run));
  return left.some((run) => !reaperOf(run) || reaperOf(run).pid === process.pid);
}

function isOver(run) {
  const owner = read(join(run, 'owner'));
  return owner ? !isSame(owner) : Date.now() - statSync(run, { throwIfNoEntry: false })?.mtimeMs > YOUNG_MS;
}

/** @returns {boolean} whether nothing is left of it */
function bury(run) {
  const folders = [...filesIn(run, 'folders').map((file) => readFileSync(file, 'utf8')), run];
  const registered = filesIn(run, 'processes').map(read);
  const alive = [...registered, ...folders.flatMap(foundIn)].filter((identity) => isSame(identity));
  for (const identity of alive) signal(identity, 'SIGKILL');
  if (alive.some(({ pid }) => identify(pid))) return false; // looked at again in a moment
  for (const mounted of folders.flatMap(mountsIn)) spawnSync('umount', ['-l', mounted]);
  try {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
    return true;
  } catch {
    return false; // the last processes of a killed Postgres still write
  }
}

/** Small disks that a killed run left: a folder under a mount cannot be deleted. */
function mountsIn(folder) {
  if (!existsSync('/proc/mounts')) return [];
  const places = readFileSync('/proc/mounts', 'utf8').split('\n');
  return places.map((line) => line.split(' ')[1] ?? '').filter((place) => place.startsWith(`${folder}/`));
}

function filesIn(run, kind) {
  const folder = join(run, kind);
  return existsSync(folder) ? readdirSync(folder).map((file) => join(folder, file)) : [];
}

/** Unregistered processes: one of our programs, in the folder or with a path of it among its arguments. */
function foundIn(folder) {
  const isOurs = (pid) => {
    const [program = '', ...args] = commandLine(pid);
    if (!PROGRAMS.has(basename(program))) return false;
    return [workingDirectory(pid) ?? '', ...args].some((path) => `${path}/`.startsWith(`${folder}/`));
  };
  return everybody().filter(isOurs).map(identify);
}

function everybody() {
  const names = process.platform === 'linux' ? readdirSync('/proc') : [];
  return names.filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid).map(Number);
}

function read(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}
