import type { Ground, SeenGround } from '@orrery/shared/machine';
import { PublicIdentity, type Hello, type NodeAddress } from '@orrery/shared/contracts';
import { covers, formatPrefix, parsePrefix, type Prefix } from '@orrery/shared/addresses';

/** Maximum reported; a host with more of them is a router of the internet. */
const MOST = 1000;

/** Prefixes to omit, because every host has them. Default routes are omitted separately. */
const SILENT = ['127.0.0.0/8', '::1/128', '169.254.0.0/16', 'fe80::/10', '224.0.0.0/4', 'ff00::/8'].flatMap(
  (text) => parsePrefix(text) ?? [],
);

/**
 * The prefixes that a host reaches by its routes, including those of its ZeroTier devices: no new network may overlap them. The
 * shortest first; prefixes covered by a shorter one are omitted.
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

/** Makes the result independent of the order in which the kernel lists the routes. */
const order = (one: Prefix, other: Prefix): number =>
  one.bits - other.bits || one.version - other.version || (one.value < other.value ? -1 : 1);

/** What a host can offer for future launches and networks: sent with each hello, and again when it has changed. */
export type Offer = Pick<Hello, 'freeIdentities' | 'publicIdentities' | 'prefixes'>;

/** As many as a hello may carry. */
const MOST_IDENTITIES = 64;

const addressOf = (identity: PublicIdentity): NodeAddress => identity.slice(0, 10);

/** Routes that were not or could not be observed are omitted, because unknown does not mean empty. */
export const offerOf = (free: readonly PublicIdentity[], ground: SeenGround | undefined): Offer => ({
  freeIdentities: free.slice(0, MOST_IDENTITIES).map(addressOf),
  publicIdentities: free.slice(0, MOST_IDENTITIES).filter((identity) => PublicIdentity.safeParse(identity).success),
  ...(ground?.known ? { prefixes: hostPrefixes(ground.value) } : {}),
});
