import { Injectable } from '@nestjs/common';
import type { Container, ContainerId, ContainerQuery, HostId, NetworkId } from '@orrery/shared/contracts';
import { showing, toldOutcome } from '../commands/outcomes.js';
import type { Sql } from '../database/sql.js';
import { hostRef, iso } from '../paging/columns.js';
import { mapPage } from '../paging/keyset.js';
import { Orders } from '../paging/orders.js';
import { Where } from '../paging/where.js';
import { nodeNeedsAttention } from '../topology/needs-attention.js';

const ORDERS = new Orders([{ sql: 'h.name' }, { sql: 'c.name' }], {
  host: [{ sql: 'h.name' }],
  name: [{ sql: 'c.name' }],
  outcome: [{ sql: "COALESCE(o.outcome ->> 'kind', '')" }],
  createdAt: [{ sql: 'c.created_at', cast: 'timestamptz' }],
});
const SEARCHED = [
  "h.name || '/' || c.name",
  "i.body ->> 'workload'",
  '(SELECT z.address FROM node_status z WHERE z.node_id = c.node_id)',
];

/** Networks are the currently desired ones: joins and leaves of the container's node change them as well. */
const select = ({ key } = ORDERS.by(undefined)) => `
  SELECT c.id, c.name, ${hostRef('h.id', 'h.name')} AS host,
         jsonb_build_object('id', c.node_id, 'name', h.name || '/' || c.name, 'kind', 'container') AS node,
         c.item_id AS item, h.simulated, i.intent, i.body ->> 'workload' AS workload, c.by_label AS "byLabel",
         ARRAY(SELECT m.network_id FROM memberships m JOIN items mi ON mi.id = m.item_id AND mi.intent = 'present'
                WHERE m.node_id = c.node_id ORDER BY m.network_id) AS networks,
         (SELECT CASE WHEN count(DISTINCT mi.body -> 'settings') = 1 THEN (jsonb_agg(mi.body -> 'settings')) -> 0 END
            FROM memberships m JOIN items mi ON mi.id = m.item_id AND mi.intent = 'present' WHERE m.node_id = c.node_id) AS settings,
         i.body ->> 'image' AS image, i.body -> 'limits' AS limits, (i.body ->> 'incarnation')::int AS incarnation,
         ${toldOutcome('o.outcome', 'i.id')} AS outcome,
         CASE WHEN s.node_id IS NULL THEN NULL ELSE jsonb_build_object(
           'state', s.observed -> 'state', 'engineId', s.observed -> 'engineId', 'image', s.observed -> 'image',
           'startedAt', s.observed -> 'startedAt', 'exitCode', s.observed -> 'exitCode',
           'oomKilled', s.observed -> 'oomKilled') END AS status,
         ${iso('c.created_at')} AS "createdAt", c.version, ${key}
    FROM containers c
    JOIN hosts h ON h.id = c.host_id AND h.removed_at IS NULL
    JOIN items i ON i.id = c.item_id
    LEFT JOIN item_status o ON o.item_id = i.id AND o.revision = i.revision
    LEFT JOIN container_status s ON s.node_id = c.node_id`;

const IN_NETWORK = `EXISTS (SELECT FROM memberships m JOIN items mi ON mi.id = m.item_id AND mi.intent = 'present'
  WHERE m.node_id = c.node_id AND m.network_id = $?)`;

/** Which containers to list; undefined: whatever it is. */
export interface OnlyContainers {
  host: HostId | undefined;
  network: NetworkId | undefined;
  kind?: 'attachment';
}

@Injectable()
export class ContainersRepository {
  async list(sql: Sql, query: ContainerQuery, only: OnlyContainers) {
    const { host, network, kind } = only;
    const where = new Where().andIf(host, 'c.host_id = $?').andIf(network, IN_NETWORK).andIf(kind, 'i.kind = $?');
    where.andIf(query.attention, `(${nodeNeedsAttention('c.node_id', 'c.host_id')}) = $?::boolean`);
    where.has(query.q, ...SEARCHED);
    const order = ORDERS.by(query.sort);
    return mapPage(await order.page<Container>(sql, select(order), where, query), showing<Container>);
  }

  async get(sql: Sql, id: ContainerId): Promise<Container | undefined> {
    const rows = await sql.query<Container[]>(`${select()} WHERE c.id = $1`, [id]);
    return rows[0] && showing(rows[0]);
  }
}
