import type { NetworkConfig, Refusal, Route } from './messages.js';

export type Status =
  | 'REQUESTING_CONFIGURATION'
  | 'OK'
  | 'ACCESS_DENIED'
  | 'NOT_FOUND'
  | 'PORT_ERROR'
  | 'CLIENT_TOO_OLD'
  | 'AUTHENTICATION_REQUIRED';

export interface Settings {
  readonly allowManaged: boolean;
  /** Prefixes from `networks.d/<id>.local.conf`; empty means no restriction. Only the file can set it. */
  readonly allowManagedOnly: readonly string[];
  readonly allowGlobal: boolean;
  readonly allowDefault: boolean;
  readonly allowDNS: boolean;
}

export const DEFAULT_SETTINGS: Settings = {
  allowManaged: true,
  allowManagedOnly: [],
  allowGlobal: false,
  allowDefault: false,
  allowDNS: false,
};

/** One node in one network, as the node itself sees it. */
export interface Membership {
  readonly networkId: string;
  readonly settings: Settings;
  /** The text of `networks.d/<id>.local.conf`, or null while there is no such file. */
  readonly settingsFile: string | null;
  /** The last configuration ever received. It survives a refusal and a restart, and its addresses stay on the interface. */
  readonly config: NetworkConfig | null;
  /** When a configuration last came from the controller since the start; 0 for one read from disk. */
  readonly configuredAt: number;
  /** Each with the gateway that the daemon keeps for it, whatever the configuration says now. */
  readonly managedRoutes: readonly Route[];
  /** False after a start with a configuration from disk: the kernel refuses its routes, and the next try is later. */
  readonly installsRoutes: boolean;
  readonly refusal: Refusal | null;
  /** False without TUN: the daemon keeps the network on disk, but its API does not show it. */
  readonly tap: boolean;
  readonly portError: number;
  /** Multicast groups show up one round after the device. */
  readonly listens: boolean;
}

export const newMembership = (networkId: string, tap: boolean): Membership => ({
  networkId,
  settings: DEFAULT_SETTINGS,
  settingsFile: null,
  config: null,
  configuredAt: 0,
  managedRoutes: [],
  installsRoutes: false,
  refusal: null,
  tap,
  portError: 0,
  listens: false,
});

/** A port error overrides everything, a refusal overrides a configuration, and a configuration means OK, however old it is. */
export function statusOf(membership: Membership): Status {
  if (membership.portError !== 0) return 'PORT_ERROR';
  if (membership.refusal) return membership.refusal.code;
  return membership.config ? 'OK' : 'REQUESTING_CONFIGURATION';
}

export const wantsConfig = (membership: Membership, now: number, lifetime: number): boolean =>
  membership.config === null || now - membership.configuredAt >= lifetime;
