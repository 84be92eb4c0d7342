import { explain, type NetworkId } from '@orrery/shared/contracts';
import { AppError } from '@orrery/shared/runtime';
import type { Transaction } from '../database/sql.js';
import { runIn } from '../database/statements.js';
import { beyondScope } from '../database/transaction.js';
import { visibilityNow } from '../database/visibility.js';

/** Changes that concern a network need it in the scope of the token that asks, if that names networks. */
export function refuseForeignNetworks(networks: readonly NetworkId[]): void {
  const allowed = visibilityNow()?.networks;
  const foreign = allowed && networks.find((network) => !allowed.includes(network));
  if (foreign) throw notInScope(foreign);
}

/** A token for networks alone changes what is in them, and nothing that is in no network at all. */
export function refuseWithoutNetworks(networks: readonly NetworkId[]): void {
  const scope = visibilityNow();
  if (!scope || scope.hosts || networks.length > 0) return;
  throw new AppError({ kind: 'user', ...explain('forbidden/no-network') });
}

/**
 * A token for hosts joins them to networks that it sees, and to any that nobody here has named or keeps. Another network belongs to
 * somebody else, and whoever is in it sees its name, config and policy.
 */
export async function refuseUnseenNetworks(tx: Transaction, networks: readonly NetworkId[]): Promise<void> {
  if (!visibilityNow() || networks.length === 0) return;
  const known = async () =>
    (await runIn(tx)<{ id: NetworkId }>('SELECT id FROM networks WHERE id = ANY($1)', [networks])).map(({ id }) => id);
  const seen = new Set(await known());
  const unseen = (await beyondScope(tx, known)).find((id) => !seen.has(id));
  if (unseen) throw notInScope(unseen);
}

/**
 * What concerns a whole network reaches beyond the hosts that the token's scope names: only for a token whose scope names the network, too,
 * or that has none.
 */
export function refuseBeyondHosts(): void {
  const scope = visibilityNow();
  if (!scope?.hosts || scope.networks) return;
  throw new AppError({ kind: 'user', ...explain('forbidden/beyond-hosts') });
}

/** Everybody writes networks by their names: whoever moves one decides where the next join of somebody else goes. */
export function refuseNamingNetworks(): void {
  if (!visibilityNow()) return;
  throw new AppError({ kind: 'user', ...explain('forbidden/naming-networks') });
}

const notInScope = (network: NetworkId) =>
  new AppError({ kind: 'user', ...explain('forbidden/network-not-in-scope', { network }) });
