import { type ObservedInterface, type ObservedRoute, isZeroTierDevice } from '@orrery/shared/contracts';
import { z } from 'zod';
import { tidy, withPrefix } from './zerotier-device.js';

/** The commands for `ip -json -batch -` whose output is parsed here: one line of JSON each. */
export const IP_BATCH = 'address show\nroute show table all\n';

const Device = z.object({
  ifname: z.string(),
  flags: z.array(z.string()),
  mtu: z.int(),
  address: z.string().default(''),
  addr_info: z.array(z.object({ local: z.string().optional(), prefixlen: z.int().optional() })).default([]),
});
const Route = z.object({
  type: z.string().default('unicast'),
  dst: z.string(),
  gateway: z.string().optional(),
  via: z.object({ host: z.string() }).optional(),
  dev: z.string().optional(),
  table: z.union([z.string(), z.int()]).optional(),
  /** Only IPv6 routes have one, so it reveals the family of a `default` route without a gateway. */
  pref: z.string().optional(),
});
/** `ip` prints an empty object for anything that its filters omit. */
const leftOut = z.strictObject({}).transform(() => undefined);
const Devices = z.array(z.union([Device, leftOut]));
const Routes = z.array(z.union([Route, leftOut]));

/** Parses the two lines that `ip -json -batch -` printed; throws on anything else. */
export function parseIpBatch(output: string): ObservedInterface[] {
  const [devices, routes, ...more] = output.split('\n').filter((line) => line.trim() !== '');
  if (devices === undefined || routes === undefined || more.length > 0)
    throw new Error('ip did not print its two lines of JSON');
  const readRoutes = Routes.parse(JSON.parse(routes)).flatMap((route) => route ?? []);
  return Devices.parse(JSON.parse(devices))
    .flatMap((device) => (device && isZeroTierDevice(device.ifname) ? [device] : []))
    .map((device) =>
      tidy({
        device: device.ifname,
        up: device.flags.includes('UP'),
        mac: device.address,
        mtu: device.mtu,
        addresses: device.addr_info.flatMap(({ local, prefixlen }) =>
          local === undefined || prefixlen === undefined ? [] : [`${local}/${prefixlen}`],
        ),
        routes: readRoutes.filter((route) => isForwarding(route) && route.dev === device.ifname).map(routeOf),
      }),
    )
    .sort((left, right) => (left.device < right.device ? -1 : 1));
}

/** The `local` table is the kernel's own list of its addresses. */
const isForwarding = (route: z.infer<typeof Route>): boolean => route.type === 'unicast' && route.table !== 'local';

function routeOf({ dst, gateway, via, pref }: z.infer<typeof Route>): ObservedRoute {
  const next = gateway ?? via?.host ?? null;
  if (dst !== 'default') return { target: withPrefix(dst), via: next };
  return { target: next?.includes(':') || pref !== undefined ? '::/0' : '0.0.0.0/0', via: next };
}
