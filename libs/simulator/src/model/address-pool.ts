import type { MemberRecord, NetworkRecord } from './controller-records.js';
import { contains, formatIp, formatPrefix, parseIp, parsePrefix, type Ip, type Prefix } from './inet.js';

const routedPrefixes = (network: NetworkRecord): Prefix[] =>
  network.routes.flatMap((route) => parsePrefix(route.target) ?? []);

/** The longest managed route that contains an address gives its prefix length. Without a route there is no address. */
function withPrefixLength(network: NetworkRecord, ip: Ip): Prefix | undefined {
  const around = routedPrefixes(network).filter((prefix) => contains(prefix, ip));
  const bits = Math.max(-1, ...around.map((prefix) => prefix.bits));
  return bits < 0 ? undefined : { ip, bits };
}

/** How many addresses of a pool a controller tries before it gives up. */
const TRIALS = 1_000;

/** The start of the search follows from the node's address, so in an empty pool a node always gets the same one. */
function freeAddress(network: NetworkRecord, address: string, taken: ReadonlySet<string>): string | undefined {
  for (const pool of network.ipAssignmentPools) {
    const first = parseIp(pool.ipRangeStart);
    const last = parseIp(pool.ipRangeEnd);
    if (first?.family !== 4 || last?.family !== 4 || last.value < first.value || first.value === 0n) continue;
    const length = last.value - first.value;
    let offset = BigInt(`0x${address.slice(2)}`);
    for (let trial = 0; trial < TRIALS && BigInt(trial) <= length; trial++, offset++) {
      const ip: Ip = { family: 4, value: length > 0n ? first.value + (offset % length) : first.value };
      if ((ip.value & 0xffn) === 0xffn || taken.has(formatIp(ip))) continue;
      if (withPrefixLength(network, ip)) return formatIp(ip);
    }
  }
  return undefined;
}

/** The record after automatic assignment: unchanged when the node has a usable IPv4 address, or when nothing may be assigned. */
export function assignAddress(
  network: NetworkRecord,
  member: MemberRecord,
  others: readonly MemberRecord[],
): MemberRecord {
  const usable = member.ipAssignments.some((text) => {
    const ip = parseIp(text);
    return ip?.family === 4 && withPrefixLength(network, ip) !== undefined;
  });
  if (!network.v4AssignMode.zt || member.noAutoAssignIps || usable) return member;
  const taken = new Set([...others.flatMap((other) => other.ipAssignments), ...member.ipAssignments]);
  const free = freeAddress(network, member.address, taken);
  return free === undefined ? member : { ...member, ipAssignments: [...member.ipAssignments, free] };
}

/** fd + network id + 99 93 + node address + 1, /88. */
function rfc4193(networkId: string, address: string): Prefix {
  return { ip: { family: 6, value: BigInt(`0xfd${networkId}9993${address}`) }, bits: 88 };
}

/** fc + folded network id + node address + 1, /40: a whole /80 for anything behind the node. */
function sixPlane(networkId: string, address: string): Prefix {
  const folded = (BigInt(`0x${networkId.slice(0, 8)}`) ^ BigInt(`0x${networkId.slice(8)}`))
    .toString(16)
    .padStart(8, '0');
  return { ip: { family: 6, value: (BigInt(`0xfc${folded}${address}`) << 48n) | 1n }, bits: 40 };
}

/** All addresses that the node is told to set on its interface, with prefix lengths. */
export function addressesOf(network: NetworkRecord, member: MemberRecord): string[] {
  const computed = member.noAutoAssignIps
    ? []
    : [
        ...(network.v6AssignMode.rfc4193 ? [rfc4193(network.id, member.address)] : []),
        ...(network.v6AssignMode['6plane'] ? [sixPlane(network.id, member.address)] : []),
      ];
  const assigned = member.ipAssignments.flatMap((text) => {
    const ip = parseIp(text);
    return (ip && withPrefixLength(network, ip)) ?? [];
  });
  return [...computed, ...assigned].map(formatPrefix);
}
