import { overlaps, parsePrefix, type Prefix } from '@orrery/shared/addresses';
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
  const ours = targets.flatMap(read);
  const found: RouteOverlap[] = [];
  for (const { by, prefixes } of hosts) {
    if (found.length === MAX_OVERLAPS) break;
    const hits = prefixes.flatMap(read).flatMap(({ text, prefix }) => {
      if (isEverywhere(prefix)) return [];
      const hit = ours.find((one) => overlaps(one.prefix, prefix));
      return hit ? [{ prefix: text, bits: prefix.bits, target: hit.text }] : [];
    });
    const [widest] = hits.sort((one, other) => one.bits - other.bits);
    if (!widest) continue;
    const name = nameOf(by);
    const seen = name === undefined ? { host: null, prefix: null } : { host: name, prefix: widest.prefix };
    found.push({ target: widest.target, ...seen });
  }
  return found;
}

function read(text: string): { text: string; prefix: Prefix }[] {
  const prefix = parsePrefix(text);
  return prefix ? [{ text, prefix }] : [];
}

const isEverywhere = ({ bits, version }: Prefix) => bits < (version === 4 ? 8 : 17);
