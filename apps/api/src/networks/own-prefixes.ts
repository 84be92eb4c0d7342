import type { NetworkConfig } from '@orrery/shared/contracts';

/**
 * The prefixes of a network itself, from which its nodes have their addresses: the routes without a gateway. A router
 * takes nothing else from its network, because the halves of its own prefix would win over the way to its LAN
 * (docs/zerotier-facts.md#routes).
 */
export const ownPrefixes = ({ routes }: Pick<NetworkConfig, 'routes'>): string[] =>
  routes.filter(({ via }) => via === null).map(({ target }) => target);
