import ipaddr from 'ipaddr.js';

/** An IP address as a number. */
export interface Address {
  version: 4 | 6;
  value: bigint;
}

/** A network and its length. `value` may be an address inside it, as on an interface: `10.1.2.3/24`. */
export interface Prefix extends Address {
  bits: number;
}

// ipaddr.js also accepts what inet_aton does (0x7f.1, 0177.0.0.1, 2130706433), zones, and `::1.2.3.4` as an IPv4-mapped address. None
// of these is an address to us, so these patterns decide what it gets to parse.
const BYTE = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const IPV4 = new RegExp(`^${BYTE}(?:\\.${BYTE}){3}$`);
const IPV6 = /^[0-9a-f:]+$/i;
const DOTTED_END = new RegExp(`^([0-9a-f:]*:)(${BYTE}(?:\\.${BYTE}){3})$`, 'i');
const LENGTH = /^(?:0|[1-9]\d{0,2})$/;

const widthOf = (version: 4 | 6): number => (version === 4 ? 32 : 128);

/**
 * Parses an address: IPv4 as four decimal bytes, IPv6 in any spelling of RFC 4291. Undefined for everything else: leading zeros in
 * IPv4, hexadecimal and octal numbers, zones, prefixes.
 */
export function parseAddress(text: string): Address | undefined {
  if (IPV4.test(text)) return { version: 4, value: numberOf(ipaddr.IPv4.parse(text).octets, 8n) };
  const plain = text.includes('.')
    ? text.replace(DOTTED_END, (_, head: string, end: string) => head + groupsOf(end))
    : text;
  if (!IPV6.test(plain) || !ipaddr.IPv6.isValid(plain)) return undefined;
  return { version: 6, value: numberOf(ipaddr.IPv6.parse(plain).parts, 16n) };
}

/** Parses an address with its length, `10.1.2.0/24`; an address alone is the prefix that contains only it. Undefined for everything else. */
export function parsePrefix(text: string): Prefix | undefined {
  const slash = text.indexOf('/');
  const address = parseAddress(slash < 0 ? text : text.slice(0, slash));
  if (!address) return undefined;
  const { version, value } = address;
  if (slash < 0) return onlyThis(address);
  const length = text.slice(slash + 1);
  const bits = LENGTH.test(length) ? Number(length) : Infinity;
  return bits <= widthOf(version) ? { version, value, bits } : undefined;
}

/** The shortest spelling, as in RFC 5952. Two addresses are equal if their texts are. */
export function formatAddress({ version, value }: Address): string {
  const digits = value.toString(16).padStart(widthOf(version) / 4, '0');
  const bytes = (digits.match(/../g) ?? []).map((byte) => Number.parseInt(byte, 16));
  return ipaddr.fromByteArray(bytes).toString();
}

/** The network of a prefix, without the address inside it: `10.1.2.3/24` is `10.1.2.0/24`. */
export const formatPrefix = (prefix: Prefix): string => `${formatAddress(firstOf(prefix))}/${prefix.bits}`;

/** Number of bits after the network part. */
export const hostBits = ({ version, bits }: Prefix): bigint => BigInt(widthOf(version) - bits);

/** The network address. */
export function firstOf(prefix: Prefix): Address {
  const rest = hostBits(prefix);
  return { version: prefix.version, value: (prefix.value >> rest) << rest };
}

/** The last address, which for IPv4 is the broadcast address. */
export function lastOf(prefix: Prefix): Address {
  return { version: prefix.version, value: firstOf(prefix).value + (1n << hostBits(prefix)) - 1n };
}

/** The prefix that contains only this address. */
export const onlyThis = ({ version, value }: Address): Prefix => ({ version, value, bits: widthOf(version) });

/** True when every address of `inner` lies in `outer`. Families never cover each other. */
export function covers(outer: Prefix, inner: Prefix): boolean {
  if (outer.version !== inner.version || inner.bits < outer.bits) return false;
  const rest = hostBits(outer);
  return outer.value >> rest === inner.value >> rest;
}

export const contains = (prefix: Prefix, address: Address): boolean => covers(prefix, onlyThis(address));

export const overlaps = (one: Prefix, other: Prefix): boolean => covers(one, other) || covers(other, one);

/** Whether two prefixes are the same network, whichever addresses inside it they contain. */
export const isSameNetwork = (one: Prefix, other: Prefix): boolean => one.bits === other.bits && covers(one, other);

const MAPPED: Prefix = { version: 6, value: 0xffffn << 32n, bits: 96 };

/** Unwraps IPv4 that a socket for both families shows as IPv6 (`::ffff:10.1.2.3`). */
export const unmapped = (address: Address): Address =>
  contains(MAPPED, address) ? { version: 4, value: address.value & 0xffff_ffffn } : address;

const numberOf = (parts: readonly number[], bits: bigint): bigint =>
  parts.reduce((value, part) => (value << bits) | BigInt(part), 0n);

/** Converts `1.2.3.4` into the last two groups of an IPv6 address. */
function groupsOf(dotted: string): string {
  const [a = 0, b = 0, c = 0, d = 0] = ipaddr.IPv4.parse(dotted).octets;
  return [a * 256 + b, c * 256 + d].map((group) => group.toString(16)).join(':');
}
