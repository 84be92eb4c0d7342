import { NetworkId, NodeAddress, type HostId, type NodeId } from '@orrery/shared/contracts';
import { CHANNELS } from '../database/channels.js';
import type { Transaction } from '../database/sql.js';
import { runIn, type Run } from '../database/statements.js';

/** The payload of NOTIFY must be shorter than 8,000 bytes; a longer list becomes the whole network. */
const MOST_ADDRESSES = 500;

/** The payload when a host shows an address that belongs to another node, or that another node shows as well. */
export const CLAIMS_HINT = 'claims';

/** Where to look: at these addresses of a network, or at the whole network (null). */
export interface PlaceHint {
  network: NetworkId;
  addresses: NodeAddress[] | null;
}

export type AdmissionHint = PlaceHint | typeof CLAIMS_HINT;

/** NETWORK, or NETWORK ADDRESS ADDRESS …; `hintAtAddresses` writes the same in SQL. */
export const hintText = (network: NetworkId, addresses: readonly NodeAddress[] | null): string =>
  addresses && addresses.length <= MOST_ADDRESSES ? [network, ...addresses].join(' ') : network;

/** Undefined: check only what is due, as when the payload names a controller. */
export function readHint(payload: string): AdmissionHint | undefined {
  if (payload === CLAIMS_HINT) return CLAIMS_HINT;
  const [first, ...rest] = payload.split(' ');
  const network = NetworkId.safeParse(first);
  const addresses = NodeAddress.array().safeParse(rest);
  if (!network.success || !addresses.success) return undefined;
  return { network: network.data, addresses: rest.length > 0 ? addresses.data : null };
}

/** Makes the admission worker check these addresses, or the whole network, at once. */
export async function hint(
  tx: Transaction,
  network: NetworkId,
  addresses: readonly NodeAddress[] | null = null,
): Promise<void> {
  await runIn(tx)('SELECT pg_notify($1, $2)', [CHANNELS.admission, hintText(network, addresses)]);
}

/**
 * Sends hints about nodes whose address was just reported. If a node is desired in one of our networks, the admission
 * worker must know at once: the node asks its controller within the first second of its life and, if it is unknown
 * then, again only five seconds later (docs/zerotier-facts.md#from-start-to-address). If the address belongs to another
 * node, or another node shows it as well, the hint is to check claims.
 */
export async function hintAtAddresses(run: Run, nodes: readonly NodeId[]): Promise<void> {
  if (nodes.length === 0) return;
  await run(
    `WITH seen AS MATERIALIZED (SELECT node_id, address, standing FROM node_addresses WHERE node_id = ANY($2)),
     strangers AS (SELECT DISTINCT w.id || ' ' || n.address AS hint FROM seen n JOIN memberships m ON m.node_id = n.node_id
       JOIN networks w ON w.id = m.network_id AND w.controller_id IS NOT NULL
       LEFT JOIN controller_records r ON r.network_id = w.id AND r.address = n.address
      WHERE n.address IS NOT NULL AND r.authorized IS DISTINCT FROM true)
     SELECT pg_notify($1, hint) FROM (SELECT hint FROM strangers
       UNION ALL SELECT 'claims' WHERE EXISTS (SELECT FROM seen WHERE standing IN ('taken', 'contested'))) hints`,
    [CHANNELS.admission, nodes],
  );
}

/**
 * Sends hints about networks in which a node that is a router may now have another address, or forward, or hear something
 * else of those beside it.
 */
export async function hintAtRouters(run: Run, nodes: readonly string[], items: readonly string[]): Promise<void> {
  if (nodes.length + items.length === 0) return;
  await run(
    `SELECT pg_notify($1, network_id) FROM (
       SELECT network_id FROM routers WHERE node_id = ANY($2) UNION SELECT network_id FROM routers WHERE item_id = ANY($3)) r`,
    [CHANNELS.admission, nodes, items],
  );
}

/** Sends hints about networks into which routers of this host carry routes, because it is forgotten. */
export async function hintAtRoutersOf(run: Run, host: HostId): Promise<void> {
  await run('SELECT pg_notify($1, network_id) FROM (SELECT DISTINCT network_id FROM routers WHERE host_id = $2) r', [
    CHANNELS.admission,
    host,
  ]);
}
