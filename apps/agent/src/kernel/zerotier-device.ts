import { covers, parsePrefix, type Prefix } from '@orrery/shared/addresses';
import type { ObservedInterface, ObservedRoute } from '@orrery/shared/contracts';

const SILENT = ['169.254.0.0/16', 'fe80::/10', 'ff00::/8'].map((text) => parsePrefix(text) as Prefix);

/** Every device that is up has link-local and multicast addresses and routes, so they carry no information. */
export function isLinkLocal(text: string): boolean {
  const prefix = parsePrefix(text);
  return prefix !== undefined && SILENT.some((silent) => covers(silent, prefix));
}

/** Adds the prefix length that the kernel omits for a single address. */
export const withPrefix = (address: string): string =>
  address.includes('/') ? address : `${address}/${address.includes(':') ? 128 : 32}`;

/** Sorts, and removes duplicates, so that two observations of the same thing are equal. */
export function tidy(device: ObservedInterface): ObservedInterface {
  return {
    ...device,
    addresses: [...new Set(device.addresses)].filter((address) => !isLinkLocal(address)).sort(),
    routes: uniqueRoutes(device.routes.filter(({ target }) => !isLinkLocal(target))),
  };
}

function uniqueRoutes(routes: ObservedRoute[]): ObservedRoute[] {
  const byKey = new Map(routes.map((route) => [`${route.target} ${route.via ?? ''}`, route]));
  return [...byKey.entries()].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, route]) => route);
}
