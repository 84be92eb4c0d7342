import { contains, parsePrefix, type Address, type Prefix } from './prefix.js';

/** How zerotier-one classifies an address; it accepts `global` ones only with `allowGlobal`. */
export type Scope = 'none' | 'multicast' | 'loopback' | 'link-local' | 'global' | 'private';

/** Ranges of other organizations that zerotier-one calls "pseudo-private" and accepts as private: the public Earth network is 28.0.0.0/7. */
const PSEUDO_PRIVATE = [6, 11, 21, 22, 25, 26, 28, 29, 30, 51, 55, 56];

const RANGES: readonly (readonly [string, Scope])[] = [
  ...PSEUDO_PRIVATE.map((first) => [`${first}.0.0.0/8`, 'private'] as const),
  ['0.0.0.0/8', 'none'],
  ['10.0.0.0/8', 'private'],
  ['100.64.0.0/10', 'private'],
  ['127.0.0.0/8', 'loopback'],
  ['169.254.0.0/16', 'link-local'],
  ['172.16.0.0/12', 'private'],
  ['192.168.0.0/16', 'private'],
  ['224.0.0.0/4', 'multicast'],
  ['::1/128', 'loopback'],
  ['fe80::/10', 'link-local'],
  ['fc00::/7', 'private'],
  ['ff00::/8', 'multicast'],
];

/** Parsed once: a network may push thousands of routes, and each is classified repeatedly. */
const SCOPES = RANGES.map(([text, scope]) => ({ prefix: parsePrefix(text) as Prefix, scope }));

export const scopeOf = (address: Address): Scope =>
  SCOPES.find(({ prefix }) => contains(prefix, address))?.scope ?? 'global';
