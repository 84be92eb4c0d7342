import ipaddr from 'ipaddr.js';
import { contains, formatAddress, parseAddress, parsePrefix, unmapped, type Address, type Prefix } from './prefix.js';

/**
 * What an address leads to, for anything that sends to addresses given by other people. `public`: the internet; `private`: somebody's
 * own network, or an address that the internet does not use; `loopback`: this machine; `never`: nothing is sent there, whatever is allowed.
 */
export type Reach = 'public' | 'private' | 'loopback' | 'never';

export interface Judgment {
  reach: Reach;
  /** `a loopback address`, as in "127.0.0.1 is a loopback address". */
  what: string;
}

const prefix = (text: string): Prefix => parsePrefix(text) as Prefix;

/** Clouds serve the credentials of a machine at link-local addresses, and some elsewhere. */
const SPECIAL: readonly { prefix: Prefix; judgment: Judgment }[] = (
  [
    ['0.0.0.0/8', 'never', 'a reserved address'],
    ['127.0.0.0/8', 'loopback', 'a loopback address'],
    ['169.254.0.0/16', 'never', 'a link-local address'],
    ['168.63.129.16/32', 'never', 'where a cloud keeps credentials'],
    ['192.0.0.192/32', 'never', 'where a cloud keeps credentials'],
    ['224.0.0.0/3', 'never', 'a multicast or broadcast address'],
    ['::1/128', 'loopback', 'a loopback address'],
    ['::/96', 'never', 'a reserved address'],
    ['fe80::/10', 'never', 'a link-local address'],
    ['ff00::/8', 'never', 'a multicast address'],
    ['fd00:ec2::254/128', 'never', 'where a cloud keeps credentials'],
    ['fd20:ce::254/128', 'never', 'where a cloud keeps credentials'],
    // Tunnels whose end depends on the address, and translators whose format is not known here.
    ['2001::/32', 'never', 'an IPv4 address in IPv6'],
    ['64:ff9b:1::/48', 'never', 'an IPv4 address in IPv6'],
  ] as const
).map(([text, reach, what]) => ({ prefix: prefix(text), judgment: { reach, what } }));

const NAT64 = prefix('64:ff9b::/96');
const SIX_TO_FOUR = prefix('2002::/16');
const ASSIGNED_IPV6 = prefix('2000::/3');

/** Judges the address that packets finally reach: IPv4 inside IPv6 is judged as IPv4. An invalid address is `never`. */
export function judgeAddress(text: string): Judgment {
  const address = parseAddress(text);
  if (!address) return { reach: 'never', what: 'not a valid address' };
  const inner = innermost(address);
  const special = SPECIAL.find((one) => contains(one.prefix, inner))?.judgment;
  if (special) return special;
  if (isOfTheInternet(inner)) return { reach: 'public', what: 'an address of the public internet' };
  return { reach: 'private', what: 'a private address' };
}

/** Unwraps IPv4 inside IPv6, which a socket or a gateway on the way would unwrap too. */
export function innermost(address: Address): Address {
  const { value } = address;
  if (contains(NAT64, address)) return { version: 4, value: value & 0xffff_ffffn };
  if (contains(SIX_TO_FOUR, address)) return { version: 4, value: (value >> 80n) & 0xffff_ffffn };
  return unmapped(address);
}

const isOfTheInternet = (address: Address): boolean =>
  (address.version === 4 || contains(ASSIGNED_IPV6, address)) &&
  ipaddr.parse(formatAddress(address)).range() === 'unicast';
