import type { Daemon } from './daemon.js';
import { visibleMemberships } from './daemon-networks.js';
import { deviceNameOf, macOf } from './ids.js';
import { formatPrefix, type Prefix } from './inet.js';
import { allowedAddresses, installedRoutes } from './managed-routes.js';
import type { Membership } from './membership.js';
import type { Route } from './messages.js';

/** A `zt…` device as the kernel shows it: not what the daemon's JSON lists, but what is really on the interface. */
export interface KernelInterface {
  readonly networkId: string;
  readonly device: string;
  readonly up: boolean;
  readonly mac: string;
  readonly mtu: number;
  readonly addresses: readonly string[];
  readonly routes: readonly Route[];
}

export const DEFAULT_MTU = 2800;

function networkOf(prefix: Prefix): string {
  const shift = BigInt((prefix.ip.family === 4 ? 32 : 128) - prefix.bits);
  return formatPrefix({ ...prefix, ip: { ...prefix.ip, value: (prefix.ip.value >> shift) << shift } });
}

/** With the route to the interface's own network, which the kernel makes for an address. */
function routesOf(membership: Membership, addresses: readonly Prefix[]): Route[] {
  const connected = addresses.map((prefix) => ({ target: networkOf(prefix), via: null }));
  const seen = new Set<string>();
  return [...connected, ...installedRoutes(membership)]
    .map(({ target, via }) => ({ target, via }))
    .filter(({ target }) => !seen.has(target) && seen.add(target) !== undefined);
}

export function interfaceOf(daemon: Daemon, membership: Membership): KernelInterface {
  const addresses = allowedAddresses(membership);
  return {
    networkId: membership.networkId,
    device: deviceNameOf(membership.networkId),
    up: true,
    mac: macOf(daemon.identity.address, membership.networkId),
    mtu: membership.config?.mtu ?? DEFAULT_MTU,
    addresses: addresses.map(formatPrefix),
    routes: routesOf(membership, addresses),
  };
}

export const interfacesOf = (daemon: Daemon): KernelInterface[] =>
  visibleMemberships(daemon).map((membership) => interfaceOf(daemon, membership));
