import { explain, type NetworkConfig, type NetworkId, type NodeId } from '@orrery/shared/contracts';
import { AppError } from '@orrery/shared/runtime';
import { isDeepStrictEqual } from 'node:util';
import type { Transaction } from '../database/sql.js';
import { runIn } from '../database/statements.js';
import { ownPrefixes } from '../networks/own-prefixes.js';
import { NAMED_NODES } from '../nodes/named-nodes.js';
import type { HostChange } from './wanted-items.js';

interface InUse {
  nodeId: NodeId;
  node: string;
  networkId: NetworkId;
  network: string;
  config: NetworkConfig;
  targets: string[];
}

/**
 * Refuses changes by which a route would lose one of its routers: its container or its membership goes, or takes more
 * than the network's own prefixes. Whoever ends a route deletes its row first. Throws AppError `router-in-use`.
 */
export async function refuseToLoseRouters(tx: Transaction, changes: readonly HostChange[]): Promise<void> {
  const nodes = [...new Set(changes.flatMap(({ items }) => items.map(({ node }) => node)))];
  if (nodes.length === 0) return;
  const used = await runIn(tx)<InUse>(
    `SELECT u.node_id AS "nodeId", n.name AS node, w.id AS "networkId", w.name AS network, w.config, array_agg(r.target ORDER BY r.target) AS targets
       FROM route_routers u JOIN routes r ON r.id = u.route_id JOIN networks w ON w.id = r.network_id
       JOIN ${NAMED_NODES} n ON n.id = u.node_id
      WHERE u.node_id = ANY($1) GROUP BY u.node_id, n.name, w.id, w.name, w.config`,
    [nodes],
  );
  for (const one of used) refuse(changes, one);
}

function refuse(changes: readonly HostChange[], { nodeId, networkId, config, ...facts }: InUse): void {
  const items = changes.flatMap((change) => change.items).filter(({ node }) => node === nodeId);
  const { node, network, targets } = facts;
  const isLost = items.some((item) => item.intent === 'absent' && (!('network' in item) || item.network === networkId));
  if (isLost)
    throw new AppError({
      kind: 'user',
      ...explain('router-in-use/node', { node, network, targets: targets.join(', '), target: targets[0] ?? '' }),
    });
  const own = ownPrefixes(config);
  const takesMore = items.some(
    (item) =>
      item.kind === 'membership' && item.network === networkId && !isDeepStrictEqual(item.settings.allowManaged, own),
  );
  if (takesMore)
    throw new AppError({
      kind: 'user',
      ...explain('router-in-use/settings', { node, network, own: own.join(', ') }),
    });
}
