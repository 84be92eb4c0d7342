import {
  contains,
  covers,
  firstOf,
  formatPrefix,
  hostBits,
  overlaps,
  parseAddress,
  parsePrefix,
  type Prefix,
} from '@orrery/shared/addresses';
import {
  explain,
  MAX_NETWORK_ROUTES,
  type Explained,
  type LanCheck,
  type NetworkConfig,
} from '@orrery/shared/contracts';
import { AppError } from '@orrery/shared/runtime';
import { ownPrefixes } from '../networks/own-prefixes.js';

const prefix = (text: string) => parsePrefix(text) as Prefix;
/** What nobody uses on the internet, and zerotier-one accepts without `allowGlobal`. */
const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10'].map(prefix);
const LINK_LOCAL = prefix('169.254.0.0/16');
/** A half of everything is as much of a default route as the whole. */
const DEFAULT_BITS = 1;

/** A network as far as its routes are concerned. */
export interface Routed {
  name: string;
  config: Pick<NetworkConfig, 'pools' | 'routes'>;
  /** The targets of its routes by routers. */
  targets: readonly string[];
}

/** Refuses a prefix that no router brings into any network. Throws AppError `prefix-refused`. */
export function checkTarget(target: string): void {
  const found = parsePrefix(target);
  if (!found || found.version === 6) throw refused(explain('prefix-refused/ipv6', { target }));
  if (found.bits <= DEFAULT_BITS) throw refused(explain('prefix-refused/default', { target }));
  if (overlaps(LINK_LOCAL, found)) throw refused(explain('prefix-refused/link-local', { target }));
  if (!PRIVATE.some((one) => covers(one, found))) throw refused(explain('prefix-refused/public', { target }));
  if (hostBits(found) > 0n && firstOf(found).value !== found.value)
    throw refused(explain('prefix-refused/host-bits', { target, prefix: formatPrefix(found) }));
}

/** Refuses a prefix of which the network has a part already. Throws AppError `prefix-taken`. */
export function checkFree(target: string, { name: network, config, targets }: Routed): void {
  const asked = prefix(target);
  const hits = (text: string) => {
    const other = parsePrefix(text);
    return other !== undefined && overlaps(asked, other);
  };
  const own = ownPrefixes(config).find(hits) ?? config.pools.find((pool) => isInPool(asked, pool))?.start;
  if (own) throw refused(explain('prefix-taken/pool', { target, own, network }));
  const route = config.routes.find(({ target: text }) => hits(text));
  if (route) throw refused(explain('prefix-taken/route', { target, own: route.target, network }));
  const router = targets.find(hits);
  if (router) throw refused(explain('prefix-taken/router', { target, own: router, network }));
}

export function isWithin(text: string, target: string): boolean {
  const address = parseAddress(text);
  return address !== undefined && contains(prefix(target), address);
}

/** Refuses to check anything but the LAN that the route leads to. Throws AppError `check-refused`. */
export function checkInside(target: string, { address }: LanCheck): void {
  if (!isWithin(address, target)) throw refused(explain('check-refused/outside', { address, target }));
}

/** Refuses more routes than a controller takes. Throws AppError `too-many-routes`. */
export function checkCount({ name: network, config, targets }: Routed): void {
  const ofRouters = targets.reduce((sum, target) => sum + (isSingle(target) ? 1 : 2), 0);
  const count = config.routes.length + ofRouters;
  if (count > MAX_NETWORK_ROUTES) throw refused(explain('too-many-routes/count', { network, count }));
}

/** An address alone has no halves. */
export const isSingle = (target: string): boolean => target.endsWith('/32');

/** The two halves of a prefix. */
export function halvesOf(target: string): [string, string] {
  const { version, value, bits } = prefix(target);
  const half = bits + 1;
  const upper = { version, value: value | (1n << BigInt(32 - half)), bits: half };
  return [formatPrefix({ version, value, bits: half }), formatPrefix(upper)];
}

function isInPool(asked: Prefix, { start, end }: NetworkConfig['pools'][number]): boolean {
  const [first, last, from] = [parseAddress(start), parseAddress(end), firstOf(asked).value];
  if (first?.version !== asked.version || !last) return false;
  return first.value <= from + (1n << hostBits(asked)) - 1n && from <= last.value;
}

const refused = (why: Explained<'prefix-refused' | 'check-refused' | 'prefix-taken' | 'too-many-routes'>) =>
  new AppError({ kind: 'user', ...why });
