import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, statfsSync } from 'node:fs';
import { mkdtemp, mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { becomesTrue, commandLine, identify, isSame } from '../../scripts/servers/process.mjs';

const LOCK_WITHIN_MS = 30_000;
/** A file system in memory that everybody can write to. */
const MEMORY = '/dev/shm';
const LEAST_MEMORY = 8 * 2 ** 30;

/**
 * The folder of this test run: servers, their data, temporary folders. A reaper, a separate process, waits for the
 * run's owner to end in any way, then kills everything registered here and deletes the folder.
 */
export async function runFolder(): Promise<string> {
  const owner = runOwner();
  // One folder for each clone and user: the reapers of another clone take care of its runs.
  const clone = createHash('sha256')
    .update(import.meta.url)
    .digest('hex')
    .slice(0, 6);
  const all = join(runsFolder(), `orrery-tests-${userInfo().uid}-${clone}`);
  const folder = join(all, `${owner.pid}-${owner.started.replaceAll(/\W+/g, '_')}`);
  await mkdir(join(folder, 'processes'), { recursive: true, mode: 0o700 });
  await underLock(join(folder, 'reaper.lock'), async () => {
    if (isSame(await readIdentity(join(folder, 'reaper')))) return;
    const reaper = fileURLToPath(new URL('./servers-reaper.mjs', import.meta.url));
    const child = spawn(process.execPath, [reaper, all], { detached: true, stdio: 'ignore' });
    child.unref();
    await writeIdentity(join(folder, 'reaper'), child.pid);
    await writeIdentity(join(folder, 'owner'), owner.pid);
  });
  return folder;
}

/**
 * In memory if there is plenty of it, unless TMPDIR says otherwise: agents sync their writes, and a disk that is busy
 * with other work delays them by up to a minute. Total size decides, because it is the same for everybody in the run. A
 * bench, which is not a Jest test, measures with the disk.
 */
function runsFolder(): string {
  if (process.env['TMPDIR'] || !process.env['JEST_WORKER_ID'] || process.platform !== 'linux') return tmpdir();
  const [, , kind, options = ''] =
    readFileSync('/proc/mounts', 'utf8')
      .split('\n')
      .map((line) => line.split(' '))
      .find(([, at]) => at === MEMORY) ?? [];
  const isFit = kind === 'tmpfs' && !/\b(noexec|ro)\b/.test(options);
  const { blocks, bsize } = isFit ? statfsSync(MEMORY) : { blocks: 0, bsize: 0 };
  return blocks * bsize >= LEAST_MEMORY ? MEMORY : tmpdir();
}

/** Makes the reaper kill this process when the run ends, if it is still there then. */
export async function reapAtExit(pid: number | undefined): Promise<void> {
  if (pid === undefined) throw new Error('there is no process to stop at the end');
  await writeIdentity(join(await runFolder(), 'processes', String(pid)), pid);
}

/** A folder of mode 0700 that is deleted when the run ends. */
export async function temporaryFolder(label = 'folder'): Promise<string> {
  return mkdtemp(join(await runFolder(), `${label}-`));
}

/** Makes the reaper delete a folder that cannot be in the run's own, and kill any of our processes in it. */
export async function deleteAtExit(path: string): Promise<void> {
  const folders = join(await runFolder(), 'folders');
  await mkdir(folders, { recursive: true });
  await writeFile(join(folders, basename(path)), path);
}

/** The same for sockets: in deep temporary folders a path is longer than a socket's is allowed to be. */
export async function shortFolder(label: string): Promise<string> {
  const folder = await mkdtemp(`/tmp/orrery-${label}-`);
  await deleteAtExit(folder);
  return folder;
}

/** Runs `work` while no other process of the run is inside the same lock. A lock whose holder died is taken over. */
export async function underLock<T>(file: string, work: () => Promise<T>, withinMs = LOCK_WITHIN_MS): Promise<T> {
  const taken = async () => {
    try {
      const lock = await open(file, 'wx');
      await lock.writeFile(JSON.stringify(identify(process.pid)));
      await lock.close();
      return true;
    } catch {
      const holder = await readIdentity(file);
      if (holder && !isSame(holder)) await rm(file, { force: true });
      return false;
    }
  };
  if (!(await becomesTrue(taken, withinMs))) throw new Error(`The lock ${file} was held for ${withinMs} ms.`);
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
}

/** `npm test` owns its run; otherwise Jest does, which may have forked this process. */
function runOwner(): { pid: number; started: string } {
  const named = Number(process.env['ORRERY_TEST_OWNER']);
  const isWorker = commandLine(process.pid).some((argument) => argument.endsWith('processChild.js'));
  const owner = identify(named || (isWorker ? process.ppid : process.pid));
  if (!owner) throw new Error('The owner of this test run is gone.');
  return owner;
}

async function readIdentity(file: string): Promise<{ pid: number; started: string } | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as { pid: number; started: string };
  } catch {
    return undefined;
  }
}

async function writeIdentity(file: string, pid: number | undefined): Promise<void> {
  const identity = pid === undefined ? undefined : identify(pid);
  if (identity) await writeFile(file, JSON.stringify(identity));
}
