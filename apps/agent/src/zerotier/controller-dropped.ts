import { isSameNetwork, parsePrefix } from '@orrery/shared/addresses';
import type { ControllerRecord, ControllerRecordChange, NetworkConfig } from '@orrery/shared/contracts';

/**
 * Describes the requested settings that a network lacks afterwards. Addresses are compared by value, because
 * zerotier-one has its own spelling. For rules, tags and capabilities only their presence is compared, because it fills
 * in their fields.
 */
export function droppedOfNetwork(wanted: NetworkConfig, is: NetworkConfig): string[] {
  return [
    ...wanted.pools.filter((pool) => !is.pools.some((other) => isSamePool(pool, other))).map(poolText),
    ...wanted.routes.filter((route) => !is.routes.some((other) => isSameRoute(route, other))).map(routeText),
    ...(isSameDns(wanted.dns, is.dns) ? [] : ['the DNS servers']),
    ...(kinds(wanted.rules) === kinds(is.rules)
      ? []
      : [`${wanted.rules.length} flow rules (it has ${is.rules.length})`]),
    ...missingIds(wanted.tags, is.tags).map((id) => `the tag ${id}`),
    ...missingIds(wanted.capabilities, is.capabilities).map((id) => `the capability ${id}`),
    ...settings(wanted).flatMap(([name, value], at) => (settings(is)[at]?.[1] === value ? [] : [`${name} ${value}`])),
  ];
}

/** Does the same for a record, except for its name: that is for people, and not every release stores it. */
export function droppedOfRecord(wanted: ControllerRecordChange, is: ControllerRecord): string[] {
  const { addresses = [], authorized, bridge, noAutoAssign } = wanted;
  return [
    ...addresses.filter((address) => !is.addresses.some((other) => isSame(address, other))).map(addressText),
    ...(authorized === undefined || authorized === is.authorized ? [] : [`authorized ${authorized}`]),
    ...(bridge === undefined || bridge === is.bridge ? [] : [`bridge ${bridge}`]),
    ...(noAutoAssign === undefined || noAutoAssign === is.noAutoAssign ? [] : [`no-auto-assign ${noAutoAssign}`]),
  ];
}

const addressText = (address: string) => `the address ${address}`;
const poolText = ({ start, end }: Pool) => `the pool ${start}-${end}`;
const routeText = ({ target, via }: Route) => `the route ${target}${via === null ? '' : ` via ${via}`}`;

const settings = ({ mtu, broadcast, multicastLimit, v4, v6, ...config }: NetworkConfig) =>
  Object.entries({
    private: config.private,
    ...{ mtu, broadcast, 'multicast limit': multicastLimit, 'IPv4 by pools': v4.pools, 'IPv6 by pools': v6.pools },
    ...{ 'RFC 4193': v6.rfc4193, '6PLANE': v6.sixPlane },
  });

type Pool = NetworkConfig['pools'][number];
const isSamePool = (one: Pool, other: Pool) => isSame(one.start, other.start) && isSame(one.end, other.end);

type Route = NetworkConfig['routes'][number];
const isSameRoute = (one: Route, other: Route) =>
  isSame(one.target, other.target) &&
  (one.via === null || other.via === null ? one.via === other.via : isSame(one.via, other.via));

type Dns = NetworkConfig['dns'];
const isSameDns = (one: Dns, other: Dns) =>
  one === null || other === null
    ? one === other
    : one.domain === other.domain && one.servers.every((ip) => other.servers.some((is) => isSame(ip, is)));

const kinds = (rules: NetworkConfig['rules']) =>
  rules.map(({ type, not = false, or = false }) => `${type} ${not} ${or}`).join();

const missingIds = (wanted: readonly { id: number }[], is: readonly { id: number }[]) =>
  wanted.map(({ id }) => id).filter((id) => !is.some((other) => other.id === id));

/** Both are addresses or prefixes; invalid ones in the controller's answer were removed before. */
function isSame(one: string, other: string): boolean {
  const [is, isOther] = [parsePrefix(one), parsePrefix(other)];
  return is !== undefined && isOther !== undefined && isSameNetwork(is, isOther);
}
