// What a successful start prints at its end.
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { becomesTrue } from '../servers/process.mjs';
import { ask } from './ask.mjs';
import { authority } from './outside.mjs';

/** A placeholder: replace it with the ID of your network. */
const NETWORK = '8056c2e21c000001';
const REPORT_WITHIN_MS = 10_000;
const WAY_BACK = 'If you removed it (orrery host rm), restart Orrery: it then joins as a new host.';

/**
 * When each host was last seen. Read before the agents start, because a host may still count as online from an earlier start.
 * @param {import('./stack.mjs').Settings} settings
 * @returns {Promise<Map<string, string>>} by name, hosts that are online
 */
export async function heardOf(settings) {
  const { items } = await list(settings, 'hosts?presence=online&limit=200');
  return new Map(items.map(({ name, lastSeenAt }) => [name, lastSeenAt]));
}

/** A page of a list; empty if the API does not return it. */
async function list(settings, path) {
  try {
    const headers = { authorization: `Bearer ${readFileSync(join(settings.secrets, 'admin.token'), 'utf8').trim()}` };
    const answer = await ask(`${settings.url}/v1/${path}`, { headers, ca: authority(settings) });
    return answer.ok ? JSON.parse(answer.text) : { items: [] };
  } catch {
    return { items: [] };
  }
}

/**
 * The name of a network that Orrery already keeps from an earlier start, for use in the suggested commands.
 * @param {import('./stack.mjs').Settings} settings
 * @returns {Promise<string | undefined>}
 */
export async function networkThatIsThere(settings) {
  const { items } = await list(settings, 'networks?limit=200');
  return items.find(({ name, managedBy }) => name && managedBy)?.name;
}

/**
 * Waits for the hosts to report, for a while.
 * @param {import('./stack.mjs').Settings} settings
 * @param {import('./hosts.mjs').HostPlan[]} hosts
 * @param {Map<string, string>} before what `heardOf` returned before their agents started
 * @returns {Promise<string[]>} the names of those that have not
 */
export async function hostsThatAreMissing(settings, hosts, before) {
  let missing = hosts.map(({ name }) => name);
  const allReported = async () => {
    const now = await heardOf(settings);
    missing = missing.filter((name) => !now.has(name) || now.get(name) === before.get(name));
    return missing.length === 0;
  };
  if (missing.length > 0) await becomesTrue(allReported, REPORT_WITHIN_MS, 100);
  return missing;
}

/**
 * @param {import('./stack.mjs').Settings} settings
 * @param {{ hosts: import('./hosts.mjs').HostPlan[], remarks: string[], missing: string[], took: string, network?: string }} start
 */
export function readyText({ url, publicUrl, home, port, detach }, { hosts, remarks, missing, took, network }) {
  const unusual = [
    home !== join(homedir(), '.orrery') && `ORRERY_HOME=${home}`,
    port !== 7070 && `ORRERY_PORT=${port}`,
  ].filter(Boolean);
  const names = hosts.map(({ name, simulated }) => (simulated ? `${name} (simulated)` : name));
  return [
    ...remarks.map((line) => `\n${line}`),
    ...missing.map((name) => `\n${name} has not reported yet. Log: ${join(home, 'logs')}. ${WAY_BACK}`),
    '',
    `Orrery is ready (${took}).`,
    '',
    `  Pages   ${publicUrl ?? url}   (open it in a browser; log in with the admin token)`,
    `  API     ${publicUrl ?? url}   (documented at ${publicUrl ?? url}/docs)`,
    `  State   ${home}   (logs in logs/, the admin token in secrets/admin.token)`,
    `  Hosts   ${names.join(', ') || 'none on this machine'}`,
    '',
    'Next:',
    ...(unusual.length > 0 ? [`  export ${unusual.join(' ')}`] : []),
    ...thingsToTry(
      hosts.find(({ name }) => !missing.includes(name)),
      network,
    ).map((command) => `  npx orrery ${command}`),
    '',
    detach
      ? 'Run npm stop to stop Orrery; containers keep running.'
      : 'Press Ctrl-C to stop Orrery; containers keep running.',
  ].join('\n');
}

/** What to try on the first host: a network and a container in it, or only a join of its own zerotier-one. */
function thingsToTry(host, network) {
  if (!host) return ['status', 'host ls'];
  const canLaunch = host.simulated || host.env.DOCKER_HOST !== undefined;
  return canLaunch
    ? [
        network ? 'status' : 'network create lab',
        `launch hello --host ${host.name} --network ${network ?? 'lab'} --wait`,
      ]
    : ['status', `join ${host.name} ${network ?? NETWORK} --wait`];
}
