import type { NetworkId } from '@orrery/shared/contracts';
import { AppError } from '@orrery/shared/runtime';
import { visibilityNow } from '../database/visibility.js';

/** Changes that concern a network need it in the scope of the token that asks, if that names networks. */
export function refuseForeignNetworks(networks: readonly NetworkId[]): void {
  const allowed = visibilityNow()?.networks;
  const foreign = allowed && networks.find((network) => !allowed.includes(network));
  if (!foreign) return;
  throw new AppError({
    code: 'forbidden',
    kind: 'user',
    cause: `the network ${foreign} is not in the scope of your token`,
    fix: 'Use a token whose scope names it: orrery token create NAME --scope networks:NETWORK',
  });
}

/**
 * What concerns a whole network reaches beyond the hosts that the token's scope names: only for a token whose scope names the network, too,
 * or that has none.
 */
export function refuseBeyondHosts(): void {
  const scope = visibilityNow();
  if (!scope?.hosts || scope.networks) return;
  throw new AppError({
    code: 'forbidden',
    kind: 'user',
    cause: 'a network reaches beyond the hosts that your token is for',
    fix: 'Use a token whose scope names the network, too: orrery token create NAME --scope "hosts:SELECTOR;networks:NETWORK"',
  });
}
