import { covers, firstOf, lastOf, overlaps, parsePrefix, type Address, type Prefix } from '@orrery/shared/addresses';
import { MAX_OVERLAPS, type AddressPool, type NetworkRoute, type RouteOverlap } from '@orrery/shared/contracts';

/** Pools are chosen from this prefix. */
const SPACE = parsePrefix('10.0.0.0/8') as Prefix;
/** Its /24s are numbered. People choose 10.0.x.0 and 10.255.x.0 by hand, so these are left out. */
const [FIRST, LAST] = [256, 255 * 256 - 1];
const SLOTS = LAST - FIRST + 1;
/** At most this many prefixes are named for one taker. */
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

/** The part of the space that a taker occupies. */
export interface Share {
  by: string;
  /** From 0 (nothing) to 1 (everything). */
  share: number;
  /** Its widest prefixes, and the number of others. */
  widest: string[];
  more: number;
}

/**
 * A random /24 of 10.0.0.0/8 that overlaps none of these prefixes; undefined if there is none. `random` returns a
 * number from 0 up to 1. It is random so that networks of two installations seldom collide. A prefix wider than that
 * space is a default route (0.0.0.0/0, which a network may push, or one half of it): it overlaps every pool and takes
 * none.
 */
export function chooseFreePool(prefixes: readonly string[], random: () => number): ChosenPool | undefined {
  const taken = takenSlots(prefixes.flatMap(inTheSpace));
  let ahead = Math.floor(random() * (SLOTS - countOf(taken)));
  const slot = taken.findIndex((one, at) => at >= FIRST && one === 0 && ahead-- === 0);
  if (slot < 0) return undefined;
  const base = baseOf(slot);
  return { pool: { start: `${base}.1`, end: `${base}.254` }, route: { target: `${base}.0/24`, via: null } };
}

/** Any eligible /24, taken or not, to suggest as a pool to insist on. */
export const anyPrefix = (random: () => number): string => `${baseOf(FIRST + Math.floor(random() * SLOTS))}.0/24`;

/** How much of the space each taker occupies, the largest first. */
export function sharesOf(takers: readonly Taker[]): Share[] {
  const shares = takers.flatMap(({ by, prefixes }): Share[] => {
    const inSpace = [...new Set(prefixes)].flatMap(inTheSpace);
    if (inSpace.length === 0) return [];
    const share = countOf(takenSlots(inSpace)) / SLOTS;
    const widest = inSpace.sort(widestFirst).slice(0, NAMED);
    return [{ by, share, widest: widest.map(({ text }) => text), more: inSpace.length - widest.length }];
  });
  return shares.sort((one, other) => other.share - one.share || (one.by < other.by ? -1 : 1));
}

const baseOf = (slot: number) => `10.${slot >> 8}.${slot & 255}`;
const countOf = (taken: Uint8Array) => taken.reduce((sum, one) => sum + one, 0);
const widestFirst = (one: InSpace, other: InSpace) => one.bits - other.bits || (one.text < other.text ? -1 : 1);

/** By the number of a /24: 1 if any of these prefixes overlaps it. */
function takenSlots(prefixes: readonly InSpace[]): Uint8Array {
  const taken = new Uint8Array(LAST + 1);
  for (const { first, last } of prefixes) taken.fill(1, first, last + 1);
  return taken;
}

/** A prefix, and the first and last /24 of the space that it overlaps. */
interface InSpace {
  text: string;
  bits: number;
  first: number;
  last: number;
}

/** Empty if it overlaps no eligible /24, or is wider than the space. */
function inTheSpace(text: string): InSpace[] {
  const prefix = text.startsWith('10.') ? parsePrefix(text) : undefined;
  if (!prefix || !covers(SPACE, prefix)) return [];
  const first = Math.max(slotOf(firstOf(prefix)), FIRST);
  const last = Math.min(slotOf(lastOf(prefix)), LAST);
  return first <= last ? [{ text, bits: prefix.bits, first, last }] : [];
}

const slotOf = ({ value }: Address) => Number((value >> 8n) & 0xffffn);

/**
 * The hosts with a route of their own to a part of these prefixes, the first by ID, each with its widest route. Default
 * routes (wider than any pool: `/7` of IPv4, `/16` of IPv6) do not count. `nameOf` returns undefined for a host outside
 * the token's scope.
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
