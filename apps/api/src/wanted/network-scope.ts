import { explain, type NetworkId } from '@orrery/shared/contracts';
import { AppError } from '@orrery/shared/runtime';
import type { Transaction } from '../database/sql.js';
import { runIn } from '../database/statements.js';
import { beyondScope } from '../database/transaction.js';
import { visibilityNow } from '../database/visibility.js';

/** A token whose scope names networks can only make changes that concern those networks. */
export function refuseForeignNetworks(networks: readonly NetworkId[]): void {
  const allowed = visibilityNow()?.networks;
  const foreign = allowed && networks.find((network) => !allowed.includes(network));
  if (foreign) throw notInScope(foreign);
}

/** A token for networks only changes what is in them, and nothing that is in no network at all. */
export function refuseWithoutNetworks(networks: readonly NetworkId[]): void {
  const scope = visibilityNow();
  if (!scope || scope.hosts || networks.length > 0) return;
  throw new AppError({ kind: 'user', ...explain('forbidden/no-network') });
}

/**
 * A token for hosts can join them to networks that it sees, and to any network that was neither named here nor is kept
 * by Orrery. Another network belongs to someone else, and everyone in it sees its name, config and policy.
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
 * A change to a whole network reaches beyond the hosts in the token's scope, so it needs a token whose scope also names
 * the network, or a token without a scope.
 */
export function refuseBeyondHosts(): void {
  const scope = visibilityNow();
  if (!scope?.hosts || scope.networks) return;
  throw new AppError({ kind: 'user', ...explain('forbidden/beyond-hosts') });
}

/** Everyone refers to networks by name, so moving a name would redirect other people's next join. */
export function refuseNamingNetworks(): void {
  if (!visibilityNow()) return;
  throw new AppError({ kind: 'user', ...explain('forbidden/naming-networks') });
}

const notInScope = (network: NetworkId) =>
  new AppError({ kind: 'user', ...explain('forbidden/network-not-in-scope', { network }) });
