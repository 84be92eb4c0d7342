// Finds a nats-server to run: on PATH, in the cache, or downloaded into the cache.
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { homedir, platform } from 'node:os';
import { delimiter, join } from 'node:path';
import { sources as allSources } from './nats-sources.mjs';

/** @typedef {import('./nats-sources.mjs').Source} Source */

const OLDEST = [2, 10];

/** The folder for downloaded programs, shared by all clones of this user. */
export function cacheFolder(env = process.env) {
  return env.ORRERY_CACHE ?? join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'orrery');
}

/**
 * @param {{ say?: (line: string) => void, sources?: Source[], env?: NodeJS.ProcessEnv, system?: string[] }} [options]
 * `system`: folders that a user's PATH often lacks
 * @returns {Promise<string>} path of a nats-server ≥ 2.10 that runs here
 */
export async function natsBinary(options = {}) {
  const {
    say = () => {},
    sources = allSources,
    env = process.env,
    system = ['/usr/sbin', '/usr/local/sbin'],
  } = options;
  const cached = join(cacheFolder(env), 'nats-server');
  const onPath = (env.PATH ?? '').split(delimiter).concat(system);
  const places = [...onPath.filter(Boolean).map((folder) => join(folder, 'nats-server')), cached];
  const found = places.find((path) => existsSync(path) && isNewEnough(versionOf(path)));
  return found ?? fetchOne(cached, sources, say);
}

/** @returns {string | undefined} like `2.10.27`; undefined when the program does not run here */
export function versionOf(path) {
  try {
    return /v(\d+\.\d+\.\d+)/.exec(execFileSync(path, ['--version'], { encoding: 'utf8', timeout: 5000 }))?.[1];
  } catch {
    return undefined;
  }
}

function isNewEnough(version) {
  const [major, minor] = (version ?? '0.0').split('.').map(Number);
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}

async function fetchOne(target, sources, say) {
  const folder = join(target, '..');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const reasons = [];
  for (const source of sources) {
    const work = mkdtempSync(join(folder, 'fetch-'));
    try {
      say(`fetching nats-server from ${source.name}`);
      const draft = join(work, 'nats-server');
      await source.get(draft, work);
      chmodSync(draft, 0o755);
      if (!isNewEnough(versionOf(draft)))
        throw new Error(`its version is ${versionOf(draft)}, older than ${OLDEST.join('.')}`);
      renameSync(draft, target);
      return target;
    } catch (error) {
      reasons.push(`  ${source.name}: ${firstLine(error)}`);
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  }
  throw new Error(
    `No nats-server ≥ ${OLDEST.join('.')} was found, and none could be fetched:\n${reasons.join('\n')}\n${howToGetIt()}`,
  );
}

function firstLine(error) {
  const isAbsent = error.syscall?.startsWith('spawn') && (error.code === 'ENOENT' || error.code === 'EACCES');
  if (isAbsent) return `${error.path} is not installed`;
  const cause = error.cause ? ` (${error.cause.code ?? error.cause.message})` : '';
  return (
    String(error.stderr || error.message)
      .trim()
      .split('\n')[0] + cause
  );
}

function howToGetIt() {
  const install = { linux: 'sudo apt-get install nats-server', darwin: 'brew install nats-server' }[platform()];
  return `Fix: install it (${install ?? 'https://docs.nats.io/running-a-nats-service/introduction/installation'}) or set NATS_URL to your own server.`;
}
