import { firstOf, lastOf, scopeOf, type Prefix } from '@orrery/shared/addresses';

/**
 * Whether a whole prefix lies in what zerotier-one counts as private. zerotier-one judges a prefix by its first address alone, so that
 * 10.0.0.0/7 passes for private; here every /8 in it must be private.
 */
export function isOfPrivateRanges(prefix: Prefix): boolean {
  const wide = prefix.version === 6 ? 7 : 8;
  if (prefix.bits >= wide) return scopeOf(firstOf(prefix)) === 'private' && scopeOf(lastOf(prefix)) === 'private';
  if (prefix.version === 6 || prefix.bits < 4) return false;
  const eighths = 1 << (8 - prefix.bits);
  const first = firstOf(prefix).value >> 24n;
  return Array.from({ length: eighths }, (_, at) => (first + BigInt(at)) << 24n).every((value) =>
    isOfPrivateRanges({ version: 4, value, bits: 8 }),
  );
}
