import { type AddressPool, AddressPool as AddressPoolSchema, Cidr } from '@orrery/shared/contracts';

/** The addresses that a prefix has for nodes. Undefined: it is no prefix, or names an address within one (10.1.2.3/24). */
export function poolOfPrefix(prefix: string): AddressPool | undefined {
  const [address = '', length = ''] = prefix.split('/');
  if (!Cidr.safeParse(prefix).success) return undefined;
  const isIpv6 = address.includes(':');
  const hostBits = BigInt((isIpv6 ? 128 : 32) - Number(length));
  const first = valueOf(address);
  const last = first | ((1n << hostBits) - 1n);
  if (first !== (first >> hostBits) << hostBits) return undefined;
  // Of two addresses or one, none is the network's own (RFC 3021, RFC 6164). IPv6 has no broadcast.
  const isTiny = hostBits < 2n;
  return {
    start: textOf(isTiny ? first : first + 1n, isIpv6),
    end: textOf(isTiny || isIpv6 ? last : last - 1n, isIpv6),
  };
}

/** `10.1.2.10-10.1.2.99`: both ends are in it. Undefined: it is no such range. */
export function poolOfRange(range: string): AddressPool | undefined {
  const [start, end, ...more] = range.split('-').map((part) => part.trim());
  const parsed = AddressPoolSchema.safeParse({ start, end });
  return parsed.success && more.length === 0 && valueOf(parsed.data.start) <= valueOf(parsed.data.end)
    ? parsed.data
    : undefined;
}

/** Of an IPv6 address the platform knows the short form, from which there is but one way back. */
function valueOf(address: string): bigint {
  if (!address.includes(':')) return address.split('.').reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
  const [head = '', tail] = shortIpv6(address).split('::');
  const left = head.split(':').filter(Boolean);
  const right = (tail ?? '').split(':').filter(Boolean);
  const zeros = new Array<string>(8 - left.length - right.length).fill('0');
  return [...left, ...zeros, ...right].reduce((value, group) => (value << 16n) | BigInt(`0x${group}`), 0n);
}

function textOf(value: bigint, isIpv6: boolean): string {
  if (!isIpv6) return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n).join('.');
  return shortIpv6((value.toString(16).padStart(32, '0').match(/.{4}/g) ?? []).join(':'));
}

const shortIpv6 = (address: string) => new URL(`http://[${address}]`).hostname.slice(1, -1);
