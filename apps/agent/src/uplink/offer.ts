import type { Hello, NodeAddress } from '@orrery/shared/contracts';
import type { SeenGround } from '@orrery/shared/machine';
import { hostPrefixes } from '../guard/host-prefixes.js';

/** What a host has for launches and networks to come: told with each hello, and again when it has changed. */
export type Offer = Pick<Hello, 'freeIdentities' | 'prefixes'>;

/** As many as a hello may carry. */
const MOST_IDENTITIES = 64;

/** Routes that were not or could not be looked at are left out: unknown is not empty. */
export const offerOf = (free: readonly NodeAddress[], ground: SeenGround | undefined): Offer => ({
  freeIdentities: free.slice(0, MOST_IDENTITIES),
  ...(ground?.known ? { prefixes: hostPrefixes(ground.value) } : {}),
});
