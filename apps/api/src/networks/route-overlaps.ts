import { BlockList, isIP } from 'node:net';
import { MAX_OVERLAPS, type RouteOverlap } from '@orrery/shared/contracts';
import type { Taker } from './free-pool.js';

/**
 * The hosts that have a route of their own to a part of these prefixes, the first by id, and each with its widest one. A way to everywhere
 * (as wide as no pool is: `/7` of IPv4, `/16` of IPv6) is none to a part. `nameOf` gives undefined for a host that who asks does not see.
 */
export function routeOverlaps(
  targets: readonly string[],
  hosts: readonly Taker[],
  nameOf: (host: string) => string | undefined,
): RouteOverlap[] {
  const ours = targets.map((target) => ({ target, ...read(target), list: listOf(target) }));
  const found: RouteOverlap[] = [];
  for (const { by, prefixes } of hosts) {
    if (found.length === MAX_OVERLAPS) break;
    const hits = prefixes.flatMap((prefix) => {
      const theirs = read(prefix);
      if (isEverywhere(theirs)) return [];
      const hit = ours.find((one) => one.family === theirs.family && meet(one, { prefix, ...theirs }));
      return hit ? [{ prefix, bits: theirs.bits, target: hit.target }] : [];
    });
    const [widest] = hits.sort((one, other) => one.bits - other.bits);
    if (!widest) continue;
    const name = nameOf(by);
    const seen = name === undefined ? { host: null, prefix: null } : { host: name, prefix: widest.prefix };
    found.push({ target: widest.target, ...seen });
  }
  return found;
}

interface Read {
  base: string;
  bits: number;
  family: 'ipv4' | 'ipv6' | undefined;
}

function read(prefix: string): Read {
  const [base = '', bits = ''] = prefix.split('/');
  const version = isIP(base);
  return { base, bits: Number(bits), family: version === 0 ? undefined : version === 6 ? 'ipv6' : 'ipv4' };
}

const isEverywhere = ({ bits, family }: Read) => family === undefined || bits < (family === 'ipv4' ? 8 : 17);

/** One of two prefixes that meet holds the other; a list is made only for the wider. */
function meet(ours: Read & { list: BlockList }, theirs: Read & { prefix: string }): boolean {
  const family = ours.family ?? 'ipv4';
  return theirs.bits >= ours.bits
    ? ours.list.check(theirs.base, family)
    : listOf(theirs.prefix).check(ours.base, family);
}

function listOf(prefix: string): BlockList {
  const { base, bits, family = 'ipv4' } = read(prefix);
  const list = new BlockList();
  list.addSubnet(base, bits, family);
  return list;
}
