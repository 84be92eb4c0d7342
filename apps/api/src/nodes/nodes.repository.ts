import { Injectable } from '@nestjs/common';
import type { HostId, Node, NodeId, NodeQuery } from '@orrery/shared/contracts';
import type { Sql } from '../database/sql.js';
import { hostRef, iso } from '../paging/columns.js';
import { Orders, orOldest } from '../paging/orders.js';
import { Where } from '../paging/where.js';
import { nodeNeedsAttention } from '../topology/needs-attention.js';
import { NAMED_NODES } from './named-nodes.js';
import { unusedWords } from './unused-node.js';

const ORDERS = new Orders([{ sql: 'n.name' }, { sql: 'n.id' }], {
  name: [{ sql: 'n.name' }],
  kind: [{ sql: 'n.kind' }],
  state: [{ sql: "COALESCE(s.state, 'unknown')" }],
  address: [{ sql: "COALESCE(s.address, '')" }],
  updatedAt: [orOldest('s.updated_at')],
});

const select = ({ key } = ORDERS.by(undefined)) => `
  SELECT n.id, n.name, n.kind, ${hostRef('n.host_id', 'n.host_name')} AS host, n.simulated,
         COALESCE(s.state, 'unknown') AS state,
         CASE WHEN s.node_id IS NULL THEN 'the host has not reported it yet' ELSE s.cause END AS cause,
         s.address, s.version AS "zerotierVersion", s.online, ${unusedWords('n.id', 'n.kind', 's')} AS unused,
         ${iso('s.updated_at')} AS "updatedAt", ${key}
    FROM ${NAMED_NODES} n LEFT JOIN node_status s ON s.node_id = n.id`;

@Injectable()
export class NodesRepository {
  async list(sql: Sql, query: NodeQuery, host: HostId | undefined) {
    const where = new Where().andIf(host, 'n.host_id = $?').andIf(query.kind, 'n.kind = $?');
    where.andIf(query.attention, `(${nodeNeedsAttention('n.id', 'n.host_id')}) = $?::boolean`);
    const order = ORDERS.by(query.sort);
    return order.page<Node>(sql, select(order), where.has(query.q, 'n.name', 's.address'), query);
  }

  async get(sql: Sql, id: NodeId): Promise<Node | undefined> {
    const rows = await sql.query<Node[]>(`${select()} WHERE n.id = $1`, [id]);
    return rows[0];
  }
}
