import type { ObservedInterface, ObservedRoute } from '@orrery/shared/contracts';

/** Link-local addresses and routes are on every device that is up, and say nothing. */
export const isLinkLocal = (prefix: string): boolean => /^(fe[89ab][0-9a-f]:|ff|169\.254\.)/i.test(prefix);

/** Adds the prefix length that the kernel leaves out for a single address. */
export const withPrefix = (address: string): string =>
  address.includes('/') ? address : `${address}/${address.includes(':') ? 128 : 32}`;

/** One order and no doubles, so that two looks at the same thing are equal. */
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
