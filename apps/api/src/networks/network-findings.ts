import type { FindingData, NetworkConfig } from '@orrery/shared/contracts';
import { explain, type FindingCode } from '@orrery/shared/contracts';
import { contains } from './check-config.js';

/** What a network's records say that its config alone does not. */
export interface NetworkUse {
  /** How many nodes are authorized. */
  authorized: number;
  /** Addresses that records have, with whose they are. */
  addresses: readonly { node: string; address: string }[];
}

/** What is wrong with a network that Orrery keeps, as far as its config and its records tell. */
export function networkFindings(config: NetworkConfig, use: NetworkUse): FindingData[] {
  const found: FindingData[] = [];
  const tell = (code: FindingCode, severity: FindingData['severity'], cause: string) =>
    found.push({ code, severity, cause, fix: explain(code)?.fix ?? '' });
  const { pools, routes, multicastLimit, v6 } = config;
  const givesV6 = v6.rfc4193 || v6.sixPlane || v6.pools;
  if (pools.length === 0 && routes.length === 0)
    tell(
      'network-without-addresses',
      givesV6 ? 'info' : 'warning',
      givesV6
        ? 'it has no pool and no route: nodes get IPv6 addresses only'
        : 'it has no pool and no route: no node ever gets an address',
    );
  // An IPv6 pool is never exhausted, and helps nobody who waits for an IPv4 address.
  const room = pools.filter(({ start }) => !start.includes(':')).reduce((sum, pool) => sum + sizeOf(pool), 0);
  if (config.v4.pools && room > 0 && use.authorized > room)
    tell(
      'pool-exhausted',
      'error',
      `${use.authorized} nodes are authorized, and its pools have ${room} ${room === 1 ? 'address' : 'addresses'}`,
    );
  const lost = use.addresses.find(({ address }) => !routes.some(({ target }) => contains(target, address)));
  if (lost) tell('address-outside-routes', 'error', `no route leads to ${lost.address} of ${lost.node}`);
  if (multicastLimit > 0 && use.authorized > multicastLimit)
    tell(
      'multicast-limit',
      'warning',
      `${use.authorized} nodes are authorized, and a multicast reaches ${multicastLimit}`,
    );
  return found;
}

/** How many addresses an IPv4 pool has. */
function sizeOf({ start, end }: { start: string; end: string }): number {
  const number = (address: string) => address.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0);
  return number(end) - number(start) + 1;
}
