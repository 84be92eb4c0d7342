import { contains, parseIp, parsePrefix, scopeOf, type Prefix } from './inet.js';
import type { Membership, Settings } from './membership.js';
import type { Route } from './messages.js';

/** The settings of a membership, its list parsed. */
interface Allowed extends Settings {
  readonly only: readonly Prefix[];
}

const allowedBy = (settings: Settings): Allowed => ({
  ...settings,
  only: settings.allowManagedOnly.flatMap((text) => parsePrefix(text) ?? []),
});

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

const assignedTo = ({ config }: Membership): Prefix[] =>
  (config?.addresses ?? []).flatMap((text) => parsePrefix(text) ?? []);

export function allowedAddresses(membership: Membership): Prefix[] {
  const allowed = allowedBy(membership.settings);
  return assignedTo(membership).filter((prefix) => isAllowed(prefix, allowed, false));
}

/** Not to the node itself, and not to the network that the kernel knows from an address. */
function isWanted({ target, via }: Route, membership: Membership): boolean {
  const prefix = parsePrefix(target);
  if (!prefix || !isAllowed(prefix, allowedBy(membership.settings), true)) return false;
  const gateway = via === null ? undefined : parseIp(via);
  if (gateway && assignedTo(membership).some(({ ip }) => same(ip, gateway))) return false;
  return !allowedAddresses(membership).some(({ ip, bits }) => bits === prefix.bits && contains(prefix, ip));
}

const same = (one: Prefix['ip'], other: Prefix['ip']): boolean =>
  one.family === other.family && one.value === other.value;

/**
 * The membership after a configuration or other settings. A target keeps the gateway that it had first for as long as
 * it stays wanted, and of several routes to one target the first counts (docs/zerotier-facts.md#routes).
 */
export function withManagedRoutes(membership: Membership): Membership {
  const before = new Map(membership.managedRoutes.map((route) => [route.target, route]));
  const managed = new Map<string, Route>();
  for (const route of membership.config?.routes ?? []) {
    if (!managed.has(route.target) && isWanted(route, membership))
      managed.set(route.target, before.get(route.target) ?? route);
  }
  return { ...membership, managedRoutes: [...managed.values()] };
}

/** The kernel takes only a gateway that it reaches through an address of the interface. */
export function installedRoutes(membership: Membership): Route[] {
  if (!membership.installsRoutes) return [];
  const addresses = allowedAddresses(membership);
  return membership.managedRoutes.filter(({ via }) => {
    const gateway = via === null ? undefined : parseIp(via);
    return gateway !== undefined && addresses.some((prefix) => contains(prefix, gateway));
  });
}
