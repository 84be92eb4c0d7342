import { contains, parseAddress, parsePrefix } from '@orrery/shared/addresses';
import type { NetworkConfig, NetworkId } from '@orrery/shared/contracts';
import type { Sql } from '../database/sql.js';
import { ownPrefixes } from '../networks/own-prefixes.js';
import type { WantedRoute, RouterOfRoute } from './plan-announcements.js';

/** SQL of the addresses that the kernel of a node shows in a network, as a JSON array: a host's report, of any text. */
export const shownAddresses = (node: string, network: string) => `(
  SELECT COALESCE(jsonb_agg(a), '[]') FROM interfaces f, jsonb_array_elements(f.observed -> 'addresses') AS a
   WHERE f.node_id = ${node} AND f.network_id = ${network})`;

/** The gateway among what a node shows: IPv4, and of the network itself. Null: there is none. */
export function gatewayAmong(config: Pick<NetworkConfig, 'routes'>, shown: readonly string[]): string | null {
  const own = ownPrefixes(config).flatMap((text) => parsePrefix(text) ?? []);
  const found = shown
    .map((text) => text.replace(/\/.*/, ''))
    .filter((text) => {
      const address = parseAddress(text);
      return address?.version === 4 && own.some((prefix) => contains(prefix, address));
    });
  return found.sort()[0] ?? null;
}

/**
 * The join of a router's outcome, after `routers x` and `items i`. What its agent said before only what it watches changed still
 * counts, so that a switch does not wait for it.
 */
export const STATUS_OF_ROUTER =
  'LEFT JOIN item_status s ON s.item_id = i.id AND s.revision >= COALESCE(x.adjusted_from, i.revision)';

type Row = Omit<WantedRoute, 'routers'> & { routers: (Omit<RouterOfRoute, 'address'> & { shown: string[] })[] };

/** The routes of a network, with what their routers show. */
export async function wantedRoutes(
  sql: Sql,
  network: NetworkId,
  config: Pick<NetworkConfig, 'routes'>,
): Promise<WantedRoute[]> {
  const rows = await sql.query<Row[]>(
    `SELECT r.id, r.target, r.node_id AS node,
            (SELECT COALESCE(jsonb_agg(jsonb_build_object('node', u.node_id, 'shown', ${shownAddresses('u.node_id', 'r.network_id')},
                      'isReady', COALESCE(s.outcome ->> 'kind' = 'done', false)) ORDER BY u.place), '[]')
               FROM route_routers u LEFT JOIN routers x ON x.node_id = u.node_id AND x.network_id = r.network_id
               LEFT JOIN items i ON i.id = x.item_id
               ${STATUS_OF_ROUTER}
              WHERE u.route_id = r.id) AS routers
       FROM routes r WHERE r.network_id = $1 ORDER BY r.target`,
    [network],
  );
  return rows.map(({ routers, ...route }) => ({
    ...route,
    routers: routers.map(({ shown, ...router }) => ({ ...router, address: gatewayAmong(config, shown) })),
  }));
}
