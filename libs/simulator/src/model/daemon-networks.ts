import type { Daemon } from './daemon.js';
import { withManagedRoutes } from './managed-routes.js';
import { newMembership, type Membership, type Settings } from './membership.js';
import { readSettings, writeSettings } from './settings-file.js';

/**
 * Joining sends nothing yet: the next round does. Without TUN the network is kept on disk and hidden. A settings file that already
 * exists is read when the device is created, which is now.
 */
export function join(daemon: Daemon, networkId: string, settingsFile: string | null = null): Daemon {
  if (daemon.memberships[networkId]) return daemon;
  const settings = settingsFile === null ? {} : { settingsFile, settings: readSettings(settingsFile) };
  const fresh = { ...newMembership(networkId, daemon.tun === 'present'), ...settings };
  return { ...daemon, memberships: { ...daemon.memberships, [networkId]: fresh } };
}

/** Leaving forgets everything: settings, configuration, device. */
export function leave(daemon: Daemon, networkId: string): Daemon {
  const { [networkId]: left, ...rest } = daemon.memberships;
  return left ? { ...daemon, memberships: rest } : daemon;
}

/** Every POST rewrites the settings file, even one that changes nothing. */
export function changeSettings(daemon: Daemon, networkId: string, change: Partial<Settings>): Daemon {
  return changeMembership(daemon, networkId, (was) => {
    const settings = { ...was.settings, ...change };
    return withManagedRoutes({ ...was, settings, installsRoutes: true, settingsFile: writeSettings(settings) });
  });
}

export function changeMembership(daemon: Daemon, networkId: string, change: (was: Membership) => Membership): Daemon {
  const was = daemon.memberships[networkId];
  return was ? { ...daemon, memberships: { ...daemon.memberships, [networkId]: change(was) } } : daemon;
}

/** The networks that the local API shows, in its order. */
export const visibleMemberships = (daemon: Daemon): Membership[] =>
  Object.values(daemon.memberships)
    .filter((membership) => membership.tap)
    .sort((a, b) => (a.networkId < b.networkId ? -1 : 1));
