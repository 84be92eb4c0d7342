/** IP addresses and prefixes as numbers: just what a controller and a daemon decide by. */

export interface Ip {
  readonly family: 4 | 6;
  readonly value: bigint;
}

export interface Prefix {
  readonly ip: Ip;
  readonly bits: number;
}

export type Scope = 'none' | 'multicast' | 'loopback' | 'link-local' | 'global' | 'private';

const widthOf = (family: 4 | 6): number => (family === 4 ? 32 : 128);

function parseV4(text: string): Ip | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)) return undefined;
  return { family: 4, value: parts.reduce((value, part) => (value << 8n) | BigInt(part), 0n) };
}

function parseV6(text: string): Ip | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const groups = halves.map((half) => (half === '' ? [] : half.split(':')));
  const head = groups[0] ?? [];
  const tail = groups[1] ?? [];
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const all = [...head, ...Array.from({ length: missing }, () => '0'), ...tail];
  if (!all.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  return { family: 6, value: all.reduce((value, group) => (value << 16n) | BigInt(`0x${group}`), 0n) };
}

export const parseIp = (text: string): Ip | undefined => (text.includes(':') ? parseV6(text) : parseV4(text));

export function formatIp(ip: Ip): string {
  if (ip.family === 4) return [24n, 16n, 8n, 0n].map((shift) => (ip.value >> shift) & 255n).join('.');
  const groups = Array.from({ length: 8 }, (_, at) => ((ip.value >> BigInt(112 - 16 * at)) & 0xffffn).toString(16));
  const zeros = [...groups.join(':').matchAll(/(?:^|:)(?:0(?::|$)){2,}/g)].sort((a, b) => b[0].length - a[0].length)[0];
  return zeros ? groups.join(':').replace(zeros[0], '::') : groups.join(':');
}

export function parsePrefix(text: string): Prefix | undefined {
  const [address = '', bits = '', ...rest] = text.split('/');
  const ip = parseIp(address);
  if (!ip || rest.length > 0 || !/^\d{1,3}$/.test(bits) || Number(bits) > widthOf(ip.family)) return undefined;
  return { ip, bits: Number(bits) };
}

export const formatPrefix = ({ ip, bits }: Prefix): string => `${formatIp(ip)}/${String(bits)}`;

export function contains(prefix: Prefix, ip: Ip): boolean {
  if (prefix.ip.family !== ip.family) return false;
  const shift = BigInt(widthOf(ip.family) - prefix.bits);
  return prefix.ip.value >> shift === ip.value >> shift;
}

/** Ranges of other organisations that zerotier-one calls "pseudo-private" and lets in as private ones: the public Earth network is 28.0.0.0/7. */
const PSEUDO_PRIVATE = [6, 11, 21, 22, 25, 26, 28, 29, 30, 51, 55, 56];

const RANGES: readonly (readonly [string, Scope])[] = [
  ...PSEUDO_PRIVATE.map((first) => [`${String(first)}.0.0.0/8`, 'private'] as const),
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

/** Parsed once: a network may push thousands of routes, and each is asked about again and again. */
const SCOPES = RANGES.flatMap(([text, scope]) => {
  const prefix = parsePrefix(text);
  return prefix ? [{ prefix, scope }] : [];
});

export const scopeOf = (ip: Ip): Scope => SCOPES.find(({ prefix }) => contains(prefix, ip))?.scope ?? 'global';
