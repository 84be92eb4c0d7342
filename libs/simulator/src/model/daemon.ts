import type { Identity } from './identity.js';
import { isNetworkId } from './ids.js';
import type { Message, NetworkConfig } from './messages.js';
import { newMembership, type Membership } from './membership.js';
import { PLANET, rootAddressesOf, type Moon } from './moon.js';
import { readSettings } from './settings-file.js';
import { REAL_TIMING, type Timing } from './timing.js';

/** `missing`: no /dev/net/tun. `denied`: the device is there, but not the right to use it. Either way no network comes up. */
export type Tun = 'present' | 'missing' | 'denied';

export interface Peer {
  readonly address: string;
  readonly lastReceive: number;
  /** Round trip in milliseconds, -1 while unknown. */
  readonly latency: number;
  /** Where it answers from, `address/port`. Empty: it is reached through a root only. */
  readonly path: string | null;
}

/** One zerotier-one. Plain data: every change is a new value, and time comes in from outside. */
export interface Daemon {
  readonly identity: Identity;
  readonly timing: Timing;
  readonly startedAt: number;
  readonly nextRoundAt: number;
  /** When the first question goes out; null once it has. */
  readonly firstRequestAt: number | null;
  /** Networks that were in `networks.d` at the start: the first question is about these, and what was joined later waits for a round. */
  readonly startedWith: readonly string[];
  readonly online: boolean;
  readonly lastSignOfRoot: number;
  readonly tun: Tun;
  readonly moons: readonly Moon[];
  readonly memberships: Readonly<Record<string, Membership>>;
  readonly peers: Readonly<Record<string, Peer>>;
}

/** A new state and the messages that it sends. */
export interface Turn<State> {
  readonly state: State;
  readonly out: readonly Message[];
}

export interface DaemonSetup {
  readonly identity: Identity;
  readonly now: number;
  /** What `networks.d` holds: file name → text. */
  readonly networkFiles?: Readonly<Record<string, string>>;
  readonly moons?: readonly Moon[];
  readonly tun?: Tun;
  readonly timing?: Partial<Timing>;
}

/** A network whose `.conf` is there is joined; one with a usable configuration in it is OK before anybody has been asked. */
function readMembership(networkId: string, setup: DaemonSetup, tun: Tun): Membership {
  const files = setup.networkFiles ?? {};
  const settingsFile = files[`${networkId}.local.conf`] ?? null;
  const fresh = newMembership(networkId, tun === 'present');
  const config = readConfig(files[`${networkId}.conf`] ?? '', setup.identity.address);
  return { ...fresh, config, settingsFile, ...(settingsFile !== null && { settings: readSettings(settingsFile) }) };
}

const CONFIG_LINE = 'standin=';

interface StoredConfig {
  readonly issuedTo: string;
  readonly config: NetworkConfig;
}

export function writeConfig(membership: Membership, issuedTo: string): string {
  if (!membership.config) return '\n';
  const stored: StoredConfig = { issuedTo, config: membership.config };
  return `v=7\nnwid=${membership.networkId}\n${CONFIG_LINE}${JSON.stringify(stored)}\n`;
}

/** A configuration that was issued to another node, in a file that somebody copied, counts as none. */
function readConfig(text: string, address: string): NetworkConfig | null {
  const line = text.split('\n').find((candidate) => candidate.startsWith(CONFIG_LINE));
  if (line === undefined) return null;
  try {
    const stored = JSON.parse(line.slice(CONFIG_LINE.length)) as StoredConfig;
    return stored.issuedTo === address ? stored.config : null;
  } catch {
    return null;
  }
}

export function startDaemon(setup: DaemonSetup): Daemon {
  const files = setup.networkFiles ?? {};
  const tun = setup.tun ?? 'present';
  const timing = { ...REAL_TIMING, ...setup.timing };
  const joined = Object.keys(files).flatMap((name) => {
    const id = name.endsWith('.conf') && !name.endsWith('.local.conf') ? name.slice(0, -'.conf'.length) : '';
    return isNetworkId(id) ? [id.toLowerCase()] : [];
  });
  return {
    identity: setup.identity,
    timing,
    startedAt: setup.now,
    nextRoundAt: setup.now,
    firstRequestAt: setup.now + timing.firstRequest,
    startedWith: joined,
    online: false,
    lastSignOfRoot: 0,
    tun,
    moons: setup.moons ?? [],
    memberships: Object.fromEntries(joined.map((id) => [id, readMembership(id, setup, tun)])),
    peers: {},
  };
}

/** `networks.d` as it should stand on disk. */
export function networkFilesOf(daemon: Daemon): Record<string, string> {
  const files: Record<string, string> = {};
  for (const membership of Object.values(daemon.memberships)) {
    files[`${membership.networkId}.conf`] = writeConfig(membership, daemon.identity.address);
    if (membership.settingsFile !== null) files[`${membership.networkId}.local.conf`] = membership.settingsFile;
  }
  return files;
}

export const moonRootsOf = (daemon: Daemon): string[] => rootAddressesOf(daemon.moons);
export const rootsOf = (daemon: Daemon): string[] => [...moonRootsOf(daemon), ...PLANET.roots];
export const isRoot = (daemon: Daemon): boolean => moonRootsOf(daemon).includes(daemon.identity.address);
