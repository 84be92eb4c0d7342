import { explain, type NetworkConfig, type NetworkId } from '@orrery/shared/contracts';
import { AppError } from '@orrery/shared/runtime';
import { isDeepStrictEqual } from 'node:util';
import type { Transaction } from '../database/sql.js';
import { checkCount, checkFree } from '../routes/judge-target.js';
import { ownPrefixes } from './own-prefixes.js';

interface Renewed {
  name: string;
  was: NetworkConfig;
  config: NetworkConfig;
}

/**
 * Refuses a config that the routes by routers do not allow: it has too many routes with them, one that overlaps theirs,
 * or other prefixes of its own, which their routers were told to take. Throws AppError `prefix-taken`,
 * `too-many-routes`, `router-in-use`.
 */
export async function refuseAgainstRoutes(
  tx: Transaction,
  id: NetworkId,
  { name, was, config }: Renewed,
): Promise<void> {
  const targets = await targetsOf(tx, id);
  if (targets.length === 0) return;
  if (!isDeepStrictEqual(ownPrefixes(was), ownPrefixes(config))) throw inUse(name, targets);
  for (const target of targets) checkFree(target, { name, config, targets: [] });
  checkCount({ name, config, targets });
}

/** Refuses to end a network into which routers bring prefixes: they would stay what they are. Throws AppError `router-in-use`. */
export async function refuseWithRoutes(tx: Transaction, id: NetworkId, name: string): Promise<void> {
  const targets = await targetsOf(tx, id);
  if (targets.length > 0) throw inUse(name, targets);
}

async function targetsOf(tx: Transaction, id: NetworkId): Promise<string[]> {
  const rows = await tx.query<{ target: string }[]>('SELECT target FROM routes WHERE network_id = $1 ORDER BY target', [
    id,
  ]);
  return rows.map(({ target }) => target);
}

const inUse = (network: string, targets: readonly string[]) =>
  new AppError({
    kind: 'user',
    ...explain('router-in-use/network', { network, targets: targets.join(', '), target: targets[0] ?? '' }),
  });
