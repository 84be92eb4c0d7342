/** An IP prefix as numbers: `10.1.2.3/24`. */
export interface Prefix {
  version: 4 | 6;
  value: bigint;
  bits: number;
}

export function parsePrefix(text: string): Prefix | undefined {
  const [ip = '', length] = text.split('/');
  const version = ip.includes(':') ? 6 : 4;
  const value = version === 6 ? parseIpv6(ip) : parseIpv4(ip);
  const longest = version === 6 ? 128 : 32;
  const bits = length === undefined ? longest : Number(length);
  if (value === undefined || !Number.isInteger(bits) || bits < 0 || bits > longest) return undefined;
  return { version, value, bits };
}

/** True when every address of `inner`'s network lies in `outer`. */
export function covers(outer: Prefix, inner: Prefix): boolean {
  if (outer.version !== inner.version || inner.bits < outer.bits) return false;
  const shift = BigInt((outer.version === 6 ? 128 : 32) - outer.bits);
  return outer.value >> shift === inner.value >> shift;
}

export const overlaps = (one: Prefix, other: Prefix): boolean => covers(one, other) || covers(other, one);

/** The network that a prefix names, without what stands behind its length, in the usual short form. */
export function formatPrefix({ version, value, bits }: Prefix): string {
  const rest = BigInt((version === 6 ? 128 : 32) - bits);
  const network = (value >> rest) << rest;
  if (version === 4) return `${[24n, 16n, 8n, 0n].map((shift) => (network >> shift) & 255n).join('.')}/${bits}`;
  const groups = (network.toString(16).padStart(32, '0').match(/.{4}/g) ?? []).join(':');
  return `${new URL(`http://[${groups}]`).hostname.slice(1, -1)}/${bits}`;
}

/** zerotier-one's notion of private: what it installs without `allowGlobal`. */
const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7'].map(
  (text) => parsePrefix(text) as Prefix,
);
/** Ranges of other organisations that zerotier-one counts as private, too ("pseudo-private"). */
const PSEUDO_PRIVATE = ['6', '11', '21', '22', '25', '26', '28', '29', '30', '51', '55', '56'];

export function isPrivate(prefix: Prefix): boolean {
  const single = { ...prefix, bits: prefix.version === 6 ? 128 : 32 };
  if (PRIVATE.some((range) => covers(range, single))) return true;
  return prefix.version === 4 && PSEUDO_PRIVATE.includes(String(prefix.value >> 24n));
}

function parseIpv4(text: string): bigint | undefined {
  const bytes = text.split('.').map((byte) => (/^\d{1,3}$/.test(byte) ? Number(byte) : 256));
  if (bytes.length !== 4 || bytes.some((byte) => byte > 255)) return undefined;
  return bytes.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
}

function parseIpv6(text: string): bigint | undefined {
  const [head = '', tail, more] = text.split('::');
  const left = head ? head.split(':') : [];
  const right = tail ? tail.split(':') : [];
  const missing = 8 - left.length - right.length;
  if (more !== undefined || missing < 0 || (tail === undefined && missing !== 0)) return undefined;
  const groups = [...left, ...new Array<string>(missing).fill('0'), ...right];
  if (groups.some((group) => !/^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  return groups.reduce((value, group) => (value << 16n) | BigInt(`0x${group}`), 0n);
}
