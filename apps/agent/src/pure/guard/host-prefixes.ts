import type { Ground, SeenGround } from '@orrery/shared/machine';
import { PublicIdentity, type Hello, type NodeAddress } from '@orrery/shared/contracts';
import { covers, formatPrefix, parsePrefix, type Prefix } from '@orrery/shared/addresses';

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

/** What a host has for launches and networks to come: told with each hello, and again when it has changed. */
export type Offer = Pick<Hello, 'freeIdentities' | 'publicIdentities' | 'prefixes'>;

/** As many as a hello may carry. */
const MOST_IDENTITIES = 64;

const addressOf = (identity: PublicIdentity): NodeAddress => identity.slice(0, 10);

/** Routes that were not or could not be looked at are left out: unknown is not empty. */
export const offerOf = (free: readonly PublicIdentity[], ground: SeenGround | undefined): Offer => ({
  freeIdentities: free.slice(0, MOST_IDENTITIES).map(addressOf),
  publicIdentities: free.slice(0, MOST_IDENTITIES).filter((identity) => PublicIdentity.safeParse(identity).success),
  ...(ground?.known ? { prefixes: hostPrefixes(ground.value) } : {}),
});
