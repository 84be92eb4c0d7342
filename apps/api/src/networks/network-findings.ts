import {
  explain,
  type Explained,
  type FindingCode,
  type NetworkConfig,
  type ShownFinding,
} from '@orrery/shared/contracts';
import { contains } from './check-config.js';

/** What a network's records show that its config alone does not. */
export interface NetworkUse {
  /** The number of authorized nodes. */
  authorized: number;
  /** The addresses in records, with their nodes. */
  addresses: readonly { node: string; address: string }[];
}

/** The problems of a network that Orrery keeps, as far as its config and its records show them. */
export function networkFindings(config: NetworkConfig, use: NetworkUse): ShownFinding[] {
  const found: ShownFinding[] = [];
  const note = (severity: ShownFinding['severity'], explained: Explained<FindingCode>) =>
    found.push({ severity, ...explained, commands: [] });
  const { pools, routes, multicastLimit, v6 } = config;
  const { authorized } = use;
  const givesV6 = v6.rfc4193 || v6.sixPlane || v6.pools;
  if (pools.length === 0 && routes.length === 0) {
    if (givesV6) note('info', explain('network-without-addresses/v6-only'));
    else note('warning', explain('network-without-addresses/none'));
  }
  // An IPv6 pool is never exhausted, but does not help a node that waits for an IPv4 address.
  const room = pools.filter(({ start }) => !start.includes(':')).reduce((sum, pool) => sum + sizeOf(pool), 0);
  const addresses = `${room} ${room === 1 ? 'address' : 'addresses'}`;
  if (config.v4.pools && room > 0 && authorized > room)
    note('error', explain('pool-exhausted/counts', { authorized, addresses }));
  const lost = use.addresses.find(({ address }) => !routes.some(({ target }) => contains(target, address)));
  if (lost) note('error', explain('address-outside-routes/node', lost));
  if (multicastLimit > 0 && authorized > multicastLimit)
    note('warning', explain('multicast-limit/counts', { authorized, limit: multicastLimit }));
  return found;
}

/** The number of addresses in an IPv4 pool. */
function sizeOf({ start, end }: { start: string; end: string }): number {
  const number = (address: string) => address.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0);
  return number(end) - number(start) + 1;
}
