import { BlockList } from 'node:net';
import type { AddressPool, NetworkRoute } from '@orrery/shared/contracts';

/** Length of the prefix that a pool is chosen from, 10.0.0.0/8. */
const SPACE_BITS = 8;

/** More tries than this find nothing that a few hundred did not. */
const TRIES = 2000;

export interface ChosenPool {
  pool: AddressPool;
  route: NetworkRoute;
}

/**
 * A random /24 of 10.0.0.0/8 that overlaps none of these prefixes; undefined: none was found. `random` gives a number from 0 up to 1.
 * Random, so that networks of two installations seldom meet. A prefix wider than that space is a way to everywhere (0.0.0.0/0, which a
 * network may push, or one half of it): it overlaps every pool and takes none.
 */
export function chooseFreePool(prefixes: readonly string[], random: () => number): ChosenPool | undefined {
  const taken = prefixes.filter((prefix) => !prefix.includes(':') && Number(prefix.split('/')[1]) >= SPACE_BITS);
  const occupied = blockListOf(taken);
  const bases = taken.map((prefix) => prefix.split('/')[0] ?? '');
  for (let attempt = 0; attempt < TRIES; attempt++) {
    // 10.0.x.x and 10.255.x.x are what people take by hand.
    const base = `10.${1 + Math.floor(random() * 254)}.${Math.floor(random() * 256)}`;
    const candidate = blockListOf([`${base}.0/24`]);
    const overlaps = occupied.check(`${base}.0`) || bases.some((address) => candidate.check(address));
    if (overlaps) continue;
    return {
      pool: { start: `${base}.1`, end: `${base}.254` },
      route: { target: `${base}.0/24`, via: null },
    };
  }
  return undefined;
}

function blockListOf(prefixes: readonly string[]): BlockList {
  const list = new BlockList();
  for (const prefix of prefixes) {
    const [address = '', bits = ''] = prefix.split('/');
    list.addSubnet(address, Number(bits), 'ipv4');
  }
  return list;
}
