import type { MembershipSettings, NetworkId } from '@orrery/shared/contracts';

/**
 * `networks.d/<id>.local.conf`: the only way to give the daemon a list for `allowManaged`. It is read only when the network's device is
 * created, and every POST to the network overwrites it with flags (docs/zerotier-facts.md#joining).
 */
export const settingsFileName = (network: NetworkId): string => `${network}.local.conf`;

export function settingsFile({ allowManaged, allowGlobal, allowDefault, allowDNS }: MembershipSettings): string {
  const managed = Array.isArray(allowManaged) ? allowManaged.join(',') : flag(allowManaged);
  return `allowManaged=${managed}\nallowGlobal=${flag(allowGlobal)}\nallowDefault=${flag(allowDefault)}\nallowDNS=${flag(allowDNS)}\n`;
}

/** The list in such a file; null when it holds a flag. The daemon treats up to five characters as a flag. */
export function allowManagedList(text: string | undefined): string[] | null {
  const value = /^allowManaged=(.*)$/m.exec(text ?? '')?.[1]?.trim() ?? '';
  return value.length > 5 ? value.split(',').map((entry) => entry.trim()) : null;
}

/** True when two lists admit the same prefixes. */
export function sameList(left: readonly string[] | null, right: readonly string[] | null): boolean {
  if (!left || !right) return left === right;
  return left.length === right.length && left.every((entry) => right.includes(entry));
}

export const listOf = ({ allowManaged }: MembershipSettings): string[] | null =>
  Array.isArray(allowManaged) ? allowManaged : null;

const flag = (value: boolean): string => (value ? '1' : '0');
