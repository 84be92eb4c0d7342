import * as addresses from '@orrery/shared/addresses';

/** IP addresses and prefixes as numbers: only what a controller and a daemon need for their decisions. */

export interface Ip {
  readonly family: 4 | 6;
  readonly value: bigint;
}

export interface Prefix {
  readonly ip: Ip;
  readonly bits: number;
}

const ipOf = ({ version, value }: addresses.Address): Ip => ({ family: version, value });
const addressOf = ({ family, value }: Ip): addresses.Address => ({ version: family, value });

export function parseIp(text: string): Ip | undefined {
  const address = addresses.parseAddress(text);
  return address && ipOf(address);
}

export const formatIp = (ip: Ip): string => addresses.formatAddress(addressOf(ip));

/** Requires a length: a daemon gives one with each address, and a controller accepts no route without one. */
export function parsePrefix(text: string): Prefix | undefined {
  const prefix = text.includes('/') ? addresses.parsePrefix(text) : undefined;
  return prefix && { ip: ipOf(prefix), bits: prefix.bits };
}

export const formatPrefix = ({ ip, bits }: Prefix): string => `${formatIp(ip)}/${String(bits)}`;

export const contains = ({ ip, bits }: Prefix, other: Ip): boolean =>
  addresses.contains({ ...addressOf(ip), bits }, addressOf(other));

export const scopeOf = (ip: Ip): addresses.Scope => addresses.scopeOf(addressOf(ip));
