import { Injectable } from '@nestjs/common';
import type { Container, ContainerId, ContainerQuery, HostId, NetworkId } from '@orrery/shared/contracts';
import { showing, toldContainer } from '../commands/outcomes.js';
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

const KEYS = `
  FROM containers c
  JOIN hosts h ON h.id = c.host_id AND h.removed_at IS NULL
  JOIN items i ON i.id = c.item_id
  LEFT JOIN item_status o ON o.item_id = i.id AND o.revision = i.revision`;

const COLUMNS = `c.id, c.name, h.id AS host_id, h.name AS host_name, h.simulated, c.node_id, c.item_id, c.by_label, c.created_at, c.version,
  i.intent, i.body, o.outcome`;

/** Networks are the currently desired ones: joins and leaves of the container's node change them as well. */
const ROWS = `
  SELECT p.id, p.name, ${hostRef('p.host_id', 'p.host_name')} AS host,
         jsonb_build_object('id', p.node_id, 'name', p.host_name || '/' || p.name, 'kind', 'container') AS node,
         p.item_id AS item, p.simulated, p.intent, p.body ->> 'workload' AS workload, p.by_label AS "byLabel",
         COALESCE(m.networks, '{}') AS networks, m.settings,
         p.body ->> 'image' AS image, p.body -> 'limits' AS limits, (p.body ->> 'incarnation')::int AS incarnation,
         ${toldContainer('p.outcome', 'p.host_name', 'p.name')} AS outcome,
         CASE WHEN s.node_id IS NULL THEN NULL ELSE jsonb_build_object(
           'state', s.observed -> 'state', 'engineId', s.observed -> 'engineId', 'image', s.observed -> 'image',
           'startedAt', s.observed -> 'startedAt', 'exitCode', s.observed -> 'exitCode',
           'oomKilled', s.observed -> 'oomKilled') END AS status,
         ${iso('p.created_at')} AS "createdAt", p.version, p.key
    FROM page p
    LEFT JOIN LATERAL (
      SELECT array_agg(m.network_id ORDER BY m.network_id) AS networks,
             CASE WHEN count(DISTINCT i.body -> 'settings') = 1 THEN (array_agg(i.body -> 'settings'))[1] END AS settings
        FROM memberships m JOIN items i ON i.id = m.item_id AND i.intent = 'present' WHERE m.node_id = p.node_id) m ON true
    LEFT JOIN container_status s ON s.node_id = p.node_id`;

const PARTS = { columns: COLUMNS, keys: KEYS, rows: ROWS };

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
    return mapPage(await ORDERS.by(query.sort).cutPage<Container>(sql, PARTS, where, query), showing<Container>);
  }

  async get(sql: Sql, id: ContainerId): Promise<Container | undefined> {
    const one = new Where().and('c.id = $?', id);
    const { items } = await ORDERS.by(undefined).cutPage<Container>(sql, PARTS, one, { limit: 1 });
    return items[0] && showing(items[0]);
  }
}
