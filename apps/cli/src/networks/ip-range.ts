import {
  firstOf,
  formatAddress,
  hostBits,
  lastOf,
  parseAddress,
  parsePrefix,
  type Address,
} from '@orrery/shared/addresses';
import { type AddressPool, AddressPool as AddressPoolSchema } from '@orrery/shared/contracts';

/** The addresses in a prefix that nodes can have. Undefined: not a prefix, or an address inside one (10.1.2.3/24). */
export function poolOfPrefix(text: string): AddressPool | undefined {
  const prefix = text.includes('/') ? parsePrefix(text) : undefined;
  if (!prefix || firstOf(prefix).value !== prefix.value) return undefined;
  const [first, last] = [firstOf(prefix), lastOf(prefix)];
  // With only one or two addresses, none is reserved for the network (RFC 3021, RFC 6164). IPv6 has no broadcast.
  const isTiny = hostBits(prefix) < 2n;
  return {
    start: formatAddress(isTiny ? first : moved(first, 1n)),
    end: formatAddress(isTiny || prefix.version === 6 ? last : moved(last, -1n)),
  };
}

const moved = (address: Address, by: bigint): Address => ({ ...address, value: address.value + by });

/** `10.1.2.10-10.1.2.99`, both ends included. Undefined: not such a range. */
export function poolOfRange(range: string): AddressPool | undefined {
  const [start, end, ...more] = range.split('-').map((part) => part.trim());
  const parsed = AddressPoolSchema.safeParse({ start, end });
  if (!parsed.success || more.length > 0) return undefined;
  return valueOf(parsed.data.start) <= valueOf(parsed.data.end) ? parsed.data : undefined;
}

const valueOf = (address: string): bigint => parseAddress(address)?.value ?? 0n;
