import { covers, formatPrefix, parsePrefix, type Prefix } from '../reconciler/prefix.js';
import type { Ground } from '@orrery/shared/machine';

/** Most that are told; a host with more of them is a router of the internet. */
const MOST = 1000;

/** A default route is on every host; the others are on every device that is up, and say nothing. */
const SILENT = ['127.0.0.0/8', '::1/128', '169.254.0.0/16', 'fe80::/10', '224.0.0.0/4', 'ff00::/8'].flatMap(
  (text) => parsePrefix(text) ?? [],
);

/**
 * What a host reaches by the routes that it has, those of its ZeroTier devices too: what no new network may overlap. The shortest
 * first; what lies in a shorter one is left out.
 */
export function hostPrefixes(ground: Ground): string[] {
  const seen = ground
    .filter(({ kind }) => kind === 'route' || kind === 'zerotier')
    .flatMap(({ prefix }) => parsePrefix(prefix) ?? [])
    .filter((prefix) => prefix.bits > 0 && !SILENT.some((silent) => covers(silent, prefix)))
    .toSorted(order);
  const told: Prefix[] = [];
  for (const prefix of seen) {
    if (told.length === MOST) break;
    if (!told.some((shorter) => covers(shorter, prefix))) told.push(prefix);
  }
  return told.map(formatPrefix);
}

/** The same for the same routes, in whatever order the kernel lists them. */
const order = (one: Prefix, other: Prefix): number =>
  one.bits - other.bits || one.version - other.version || (one.value < other.value ? -1 : 1);
