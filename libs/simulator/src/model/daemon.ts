import type { Identity } from './identity.js';
import { isNetworkId } from './ids.js';
import type { Message, NetworkConfig } from './messages.js';
import { withManagedRoutes } from './managed-routes.js';
import { newMembership, type Membership } from './membership.js';
import { PLANET, rootAddressesOf, type Moon } from './moon.js';
import { readSettings } from './settings-file.js';
import { REAL_TIMING, type Timing } from './timing.js';

/** `missing`: no /dev/net/tun. `denied`: the device exists, but must not be used. Either way no network comes up. */
export type Tun = 'present' | 'missing' | 'denied';

export interface Peer {
  readonly address: string;
  readonly lastReceive: number;
  /** When it was last asked along its path whether it is there; left out: never. */
  readonly lastAsked?: number;
  /** Round trip in milliseconds, -1 while unknown. */
  readonly latency: number;
  /** Where it answers from, `address/port`. Null: it is reached through a root only. */
  readonly path: string | null;
}

/** One zerotier-one, as plain data: every change is a new value, and time is passed in. */
export interface Daemon {
  readonly identity: Identity;
  readonly timing: Timing;
  readonly startedAt: number;
  readonly nextRoundAt: number;
  /** When the first request is sent; null once it was. */
  readonly firstRequestAt: number | null;
  /** Networks in `networks.d` at the start: the first request is about these, and networks joined later wait for a round. */
  readonly startedWith: readonly string[];
  readonly online: boolean;
  readonly lastSignOfRoot: number;
  readonly tun: Tun;
  readonly moons: readonly Moon[];
  readonly memberships: Readonly<Record<string, Membership>>;
  readonly peers: Readonly<Record<string, Peer>>;
}

/** A new state, and the messages to send. */
export interface Turn<State> {
  readonly state: State;
  readonly out: readonly Message[];
}

export interface DaemonSetup {
  readonly identity: Identity;
  readonly now: number;
  /** The contents of `networks.d`: file name → text. */
  readonly networkFiles?: Readonly<Record<string, string>>;
  readonly moons?: readonly Moon[];
  readonly tun?: Tun;
  readonly timing?: Partial<Timing>;
}

/** A network with a `.conf` file is joined; if the file has a usable configuration, it is OK before the controller was asked. */
function readMembership(networkId: string, setup: DaemonSetup, tun: Tun): Membership {
  const files = setup.networkFiles ?? {};
  const settingsFile = files[`${networkId}.local.conf`] ?? null;
  const fresh = newMembership(networkId, tun === 'present');
  const config = readConfig(files[`${networkId}.conf`] ?? '', setup.identity.address);
  const settings = settingsFile === null ? fresh.settings : readSettings(settingsFile);
  return withManagedRoutes({ ...fresh, config, settingsFile, settings });
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

/** A configuration that was issued to another node, in a copied file, counts as none. */
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

/** The contents that `networks.d` should have on disk. */
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
