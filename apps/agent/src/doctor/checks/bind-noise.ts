import { explain } from '@orrery/shared/contracts';
import { FINE, unknown, wantedNodes, type Check } from '../evidence.js';

/** What engines call the devices of their containers. */
const OF_CONTAINERS = /^(docker\d+|br-[0-9a-f]{12}|veth\w+)$/;
/** Every host with Docker has a bridge or two; that costs nothing. */
const QUIET = 3;
const NAMED = 5;

export const bindNoise: Check = (evidence) => {
  const host = wantedNodes(evidence).find(({ kind }) => kind === 'host');
  if (!host) return FINE;
  if (!host.daemon.known) return unknown(host.daemon.why);
  const { devices } = evidence;
  if (!devices.known) return unknown(devices.why);
  const bound = new Set((host.daemon.value.listeningOn ?? []).map((socket) => socket.replace(/\/\d+$/, '')));
  const noisy = [...devices.value]
    .filter(([name, addresses]) => OF_CONTAINERS.test(name) && addresses.some((address) => bound.has(address)))
    .map(([name]) => name)
    .sort();
  const isBound = noisy.length > QUIET || noisy.some((name) => name.startsWith('veth'));
  if (!isBound) return FINE;
  const rest = noisy.length - NAMED;
  const named = [...noisy.slice(0, NAMED), ...(rest > 0 ? [`and ${rest} more`] : [])].join(', ');
  const explained = explain('bind-noise/devices', { devices: named });
  return { result: 'found', found: [{ node: host.node, network: null, severity: 'info', ...explained }] };
};
