import type { AddressPool, NetworkRoute } from '@orrery/shared/contracts';

/** Length of the prefix that a pool is chosen from, 10.0.0.0/8. */
const SPACE_BITS = 8;
/** Its /24s are numbered; 10.0.x.0 and 10.255.x.0 are what people take by hand. */
const [FIRST, LAST] = [256, 255 * 256 - 1];
const SLOTS = LAST - FIRST + 1;
/** Of one taker, at most so many prefixes are named. */
const NAMED = 2;

export interface ChosenPool {
  pool: AddressPool;
  route: NetworkRoute;
}

/** A host or a network, with the prefixes that it takes. */
export interface Taker {
  by: string;
  prefixes: readonly string[];
}

/** How much of the space a taker leaves to nobody else. */
export interface Share {
  by: string;
  /** From 0, nothing, to 1, all of it. */
  share: number;
  /** The widest of its prefixes, and how many more there are. */
  widest: string[];
  more: number;
}

/**
 * A random /24 of 10.0.0.0/8 that overlaps none of these prefixes, as long as there is one; undefined: there is none. `random` gives a
 * number from 0 up to 1. Random, so that networks of two installations seldom meet. A prefix wider than that space is a way to everywhere
 * (0.0.0.0/0, which a network may push, or one half of it): it overlaps every pool and takes none.
 */
export function chooseFreePool(prefixes: readonly string[], random: () => number): ChosenPool | undefined {
  const taken = takenSlots(prefixes);
  let ahead = Math.floor(random() * (SLOTS - countOf(taken)));
  const slot = taken.findIndex((one, at) => at >= FIRST && one === 0 && ahead-- === 0);
  if (slot < 0) return undefined;
  const base = baseOf(slot);
  return { pool: { start: `${base}.1`, end: `${base}.254` }, route: { target: `${base}.0/24`, via: null } };
}

/** Any /24 that could be chosen, taken or not: what to insist on. */
export const anyPrefix = (random: () => number): string => `${baseOf(FIRST + Math.floor(random() * SLOTS))}.0/24`;

/** Who takes how much of the space; those that take most first. */
export function sharesOf(takers: readonly Taker[]): Share[] {
  const shares = takers.flatMap(({ by, prefixes }): Share[] => {
    const count = countOf(takenSlots(prefixes));
    if (count === 0) return [];
    const inSpace = [...new Set(prefixes)].filter((prefix) => slotsOf(prefix)).sort(widestFirst);
    return [{ by, share: count / SLOTS, widest: inSpace.slice(0, NAMED), more: Math.max(0, inSpace.length - NAMED) }];
  });
  return shares.sort((one, other) => other.share - one.share || (one.by < other.by ? -1 : 1));
}

const baseOf = (slot: number) => `10.${slot >> 8}.${slot & 255}`;
const countOf = (taken: Uint8Array) => taken.reduce((sum, one) => sum + one, 0);
const bitsOf = (prefix: string) => Number(prefix.split('/')[1]);
const widestFirst = (one: string, other: string) => bitsOf(one) - bitsOf(other) || (one < other ? -1 : 1);

/** By the number of a /24: 1 if any of these prefixes overlaps it. */
function takenSlots(prefixes: readonly string[]): Uint8Array {
  const taken = new Uint8Array(LAST + 1);
  for (const prefix of prefixes) {
    const slots = slotsOf(prefix);
    if (slots) taken.fill(1, slots.first, slots.last + 1);
  }
  return taken;
}

/** The /24s of the space that a prefix overlaps; undefined: none, or it is wider than the space. */
function slotsOf(prefix: string): { first: number; last: number } | undefined {
  const [address = '', bits = ''] = prefix.split('/');
  const length = Number(bits);
  if (!address.startsWith('10.') || length < SPACE_BITS) return undefined;
  const [, second = 0, third = 0] = address.split('.').map(Number);
  const slot = second * 256 + third;
  // A prefix may be written with one of its hosts.
  const size = length < 24 ? 2 ** (24 - length) : 1;
  const start = slot - (slot % size);
  const [first, last] = [Math.max(start, FIRST), Math.min(start + size - 1, LAST)];
  return first <= last ? { first, last } : undefined;
}
