// Which hosts `npm start` runs: this machine, if it has an engine or a zerotier-one, and simulated hosts for trying things out.
import { existsSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { findEngine } from '../setup/engine.mjs';

const ZEROTIER_HOME =
  process.platform === 'darwin' ? '/Library/Application Support/ZeroTier/One' : '/var/lib/zerotier-one';
const INSTALL_ZEROTIER = 'curl -s https://install.zerotier.com | sudo bash (or https://www.zerotier.com/download)';

/** @typedef {{ name: string, simulated: boolean, labels: string, home: string, env: Record<string, string> }} HostPlan */

/**
 * @param {{ home: string, simulate: number | undefined, simulateByDefault: number }} settings
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<{ hosts: HostPlan[], remarks: string[] }>}
 */
export async function planHosts({ home, simulate, simulateByDefault }, env = process.env) {
  const [engine, daemon] = await Promise.all([findLocalEngine(env), findDaemon(env)]);
  const isReal = engine.reachable || daemon.present;
  const simulated = simulate ?? (isReal ? 0 : simulateByDefault);
  const hosts = Array.from({ length: simulated }, (_, index) => simulatedHost(home, index));
  if (isReal) hosts.unshift(thisHost(home, engine, env));
  const remarks = [];
  if (!engine.reachable)
    remarks.push(`This machine cannot launch containers: ${engine.reason}. To enable it: ${engine.fix}`);
  if (!daemon.present)
    remarks.push(`This machine has no zerotier-one of its own: ${daemon.reason}. To install it: ${INSTALL_ZEROTIER}`);
  const tooDeep = `Simulated hosts cannot reach each other's networks: ${home} is too long a path for sockets`;
  const apart = simulated > 1 && !worldOf(home) ? [tooDeep] : [];
  return { hosts, remarks: isReal && engine.reachable ? apart : [...remarks, ...apart] };
}

/** A name that a host may have: letters, digits and hyphens. */
export function hostNameFrom(name) {
  const plain = name
    .split('.')[0]
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, '-');
  return plain.replaceAll(/^-+|-+$/g, '').slice(0, 63) || 'this-host';
}

function thisHost(home, engine, env) {
  const name = env.ORRERY_HOST_NAME || hostNameFrom(hostname());
  const docker = engine.reachable ? { DOCKER_HOST: engine.address } : {};
  return { name, simulated: false, labels: env.ORRERY_HOST_LABELS ?? '', home: join(home, 'agent'), env: docker };
}

/** Two of three in the cloud, the third on the premises. */
function simulatedHost(home, index) {
  const site = index % 3 === 2 ? 'onprem' : 'cloud';
  const number = site === 'onprem' ? Math.floor(index / 3) + 1 : index - Math.floor(index / 3) + 1;
  const name = `${site}-${number}`;
  const env = worldOf(home) ?? {};
  return { name, simulated: true, labels: `site=${site}`, home: join(home, 'simulated', name), env };
}

/** The longest path that every kernel accepts for a socket; Linux allows 107. */
const SOCKET_PATH_BYTES = 103;

/** The folder in which simulated hosts find each other; undefined if socket paths in it would be too long. */
function worldOf(home) {
  const folder = join(home, 'world');
  const fits = Buffer.byteLength(join(folder, '0123456789.sock')) <= SOCKET_PATH_BYTES;
  return fits ? { ORRERY_SIMULATED_WORLD: folder } : undefined;
}

/** An agent talks to an engine only over its socket: anyone who can reach an engine's port is root on its machine. */
async function findLocalEngine(env) {
  const engine = await findEngine(env);
  if (!engine.reachable || engine.address.startsWith('unix:')) return engine;
  return {
    reachable: false,
    reason: `${engine.address} is not a local socket`,
    fix: 'unset DOCKER_HOST, or set it to unix:///…',
  };
}

/** zerotier-one answers on its port, with 401 to callers without its token. */
async function findDaemon(env) {
  const folder = env.ORRERY_ZEROTIER_HOME || ZEROTIER_HOME;
  const file = join(folder, 'zerotier-one.port');
  const port = env.ORRERY_ZEROTIER_PORT || (existsSync(file) ? readFileSync(file, 'utf8').trim() : '9993');
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/status`, { signal: AbortSignal.timeout(1000) });
    return { present: answer.status === 401 || answer.ok, reason: 'another program answers on its port' };
  } catch {
    const isInstalled = existsSync(folder);
    return {
      present: false,
      reason: isInstalled ? `${folder} exists, but nothing answers on port ${port}` : 'it is not installed',
    };
  }
}
