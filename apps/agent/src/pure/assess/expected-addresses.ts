import { covers, parsePrefix, scopeOf } from '@orrery/shared/addresses';
import type { MembershipSettings, ObservedMembership } from '@orrery/shared/contracts';

type Settings = Pick<MembershipSettings, 'allowManaged' | 'allowGlobal'>;

/** The addresses that the network assigned and that these settings allow on the interface, as `ip/bits`. */
export function expectedAddresses(addresses: readonly string[], { allowManaged, allowGlobal }: Settings): string[] {
  if (allowManaged === false) return [];
  const list = Array.isArray(allowManaged) ? allowManaged.flatMap((text) => parsePrefix(text) ?? []) : undefined;
  return addresses.filter((text) => {
    const prefix = parsePrefix(text);
    if (!prefix || (!allowGlobal && scopeOf(prefix) !== 'private')) return false;
    return list === undefined || list.some((allowed) => covers(allowed, prefix));
  });
}

/** The current settings of the daemon, in the form of an item. */
export const settingsOf = (joined: ObservedMembership): Settings => ({
  allowManaged: joined.allowManaged && joined.allowManagedList?.length ? joined.allowManagedList : joined.allowManaged,
  allowGlobal: joined.allowGlobal,
});

/** The expected addresses that are not shown. Compared as numbers, because an IPv6 address has more than one spelling. */
export function missingAddresses(expected: readonly string[], shown: readonly string[]): string[] {
  const keys = new Set(shown.map(keyOf));
  return expected.filter((address) => !keys.has(keyOf(address)));
}

function keyOf(text: string): string {
  const prefix = parsePrefix(text);
  return prefix ? `${prefix.version}:${prefix.value}/${prefix.bits}` : text;
}
