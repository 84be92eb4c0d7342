import type { Daemon } from './daemon.js';
import { visibleMemberships } from './daemon-networks.js';
import { deviceNameOf, macOf } from './ids.js';
import { contains, formatPrefix, parsePrefix, scopeOf, type Prefix } from './inet.js';
import type { Membership, Settings } from './membership.js';

/** A `zt…` device as the kernel shows it: not what the daemon's JSON lists, but what is really on the interface. */
export interface KernelInterface {
  readonly networkId: string;
  readonly device: string;
  readonly up: boolean;
  readonly mac: string;
  readonly mtu: number;
  readonly addresses: readonly string[];
  readonly routes: readonly { readonly target: string; readonly via: string | null }[];
}

export const DEFAULT_MTU = 2800;

/** The settings of a membership, its list parsed. */
interface Allowed extends Settings {
  readonly only: readonly Prefix[];
}

/** An address is judged with its network's prefix length: a list that names only part of the network excludes it. */
function isAllowed(prefix: Prefix, settings: Allowed, isRoute: boolean): boolean {
  if (!settings.allowManaged) return false;
  const { only } = settings;
  if (only.length > 0 && !only.some((allowed) => contains(allowed, prefix.ip) && prefix.bits >= allowed.bits))
    return false;
  if (isRoute && prefix.bits === 0) return settings.allowDefault;
  const scope = scopeOf(prefix.ip);
  if (scope === 'global') return settings.allowGlobal;
  return scope === 'private';
}

function networkOf(prefix: Prefix): string {
  const shift = BigInt((prefix.ip.family === 4 ? 32 : 128) - prefix.bits);
  return formatPrefix({ ...prefix, ip: { ...prefix.ip, value: (prefix.ip.value >> shift) << shift } });
}

function routesOf(
  { config }: Membership,
  allowed: Allowed,
  addresses: readonly Prefix[],
): { target: string; via: string | null }[] {
  const connected = addresses.map((prefix) => ({ target: networkOf(prefix), via: null }));
  const managed = (config?.routes ?? []).filter(({ target }) => {
    const prefix = parsePrefix(target);
    return prefix !== undefined && isAllowed(prefix, allowed, true);
  });
  const seen = new Set<string>();
  return [...connected, ...managed]
    .map(({ target, via }) => ({ target, via }))
    .filter(({ target }) => !seen.has(target) && seen.add(target) !== undefined);
}

export function interfaceOf(daemon: Daemon, membership: Membership): KernelInterface {
  const { settings } = membership;
  const allowed = { ...settings, only: settings.allowManagedOnly.flatMap((text) => parsePrefix(text) ?? []) };
  const addresses = (membership.config?.addresses ?? [])
    .flatMap((text) => parsePrefix(text) ?? [])
    .filter((prefix) => isAllowed(prefix, allowed, false));
  return {
    networkId: membership.networkId,
    device: deviceNameOf(membership.networkId),
    up: true,
    mac: macOf(daemon.identity.address, membership.networkId),
    mtu: membership.config?.mtu ?? DEFAULT_MTU,
    addresses: addresses.map(formatPrefix),
    routes: routesOf(membership, allowed, addresses),
  };
}

export const interfacesOf = (daemon: Daemon): KernelInterface[] =>
  visibleMemberships(daemon).map((membership) => interfaceOf(daemon, membership));
