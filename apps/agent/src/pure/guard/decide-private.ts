import { isPrivate, type Prefix } from '../prefix.js';

/**
 * Whether a whole prefix lies in what zerotier-one counts as private. It judges a prefix by its first address alone, so that
 * 10.0.0.0/7 passes for private; here its every /8 has to.
 */
export function isOfPrivateRanges(prefix: Prefix): boolean {
  const wide = prefix.version === 6 ? 7 : 8;
  if (prefix.bits >= wide) return isPrivate(firstOf(prefix)) && isPrivate(lastOf(prefix));
  if (prefix.version === 6 || prefix.bits < 4) return false;
  const eighths = 1 << (8 - prefix.bits);
  const first = (prefix.value >> 24n) & ~BigInt(eighths - 1);
  return Array.from({ length: eighths }, (_, at) => (first + BigInt(at)) << 24n).every((value) =>
    isOfPrivateRanges({ version: 4, value, bits: 8 }),
  );
}

const hosts = ({ version, bits }: Prefix): bigint => (1n << BigInt((version === 6 ? 128 : 32) - bits)) - 1n;
const lastOf = (prefix: Prefix): Prefix => ({ ...prefix, value: prefix.value | hosts(prefix) });
const firstOf = (prefix: Prefix): Prefix => ({ ...prefix, value: lastOf(prefix).value - hosts(prefix) });
