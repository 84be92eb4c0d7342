import { Injectable } from '@nestjs/common';
import type { HostId, Node, NodeId, NodeQuery } from '@orrery/shared/contracts';
import type { Sql } from '../database/sql.js';
import { hostRef, iso } from '../paging/columns.js';
import { Orders, orOldest } from '../paging/orders.js';
import { Where } from '../paging/where.js';
import { nodeNeedsAttention } from '../topology/needs-attention.js';
import { BY_NODE_NAME, NAMED_NODES, nodeName } from './named-nodes.js';
import { unusedWords } from './unused-node.js';

const ORDERS = new Orders([...BY_NODE_NAME, { sql: 'n.id' }], {
  name: BY_NODE_NAME,
  kind: [{ sql: 'n.kind' }],
  state: [{ sql: "COALESCE(s.state, 'unknown')" }],
  address: [{ sql: "COALESCE(s.address, '')" }],
  updatedAt: [orOldest('s.updated_at')],
});

const PARTS = {
  columns: `n.id, n.own_name, n.kind, n.host_id, n.host_name, n.simulated, s.node_id IS NOT NULL AS is_reported,
    s.state, s.cause, s.address, s.version, s.online, s.updated_at`,
  keys: `FROM ${NAMED_NODES} n LEFT JOIN node_status s ON s.node_id = n.id`,
  rows: `
    SELECT p.id, ${nodeName('p')} AS name, p.kind, ${hostRef('p.host_id', 'p.host_name')} AS host, p.simulated,
           COALESCE(p.state, 'unknown') AS state,
           CASE WHEN p.is_reported THEN p.cause ELSE 'the host has not reported it yet' END AS cause,
           p.address, p.version AS "zerotierVersion", p.online, ${unusedWords('p.id', 'p.kind', 'p')} AS unused,
            ${iso('p.updated_at')} AS "updatedAt", p.key
      FROM page p`,
};

@Injectable()
export class NodesRepository {
  async list(sql: Sql, query: NodeQuery, host: HostId | undefined) {
    const where = new Where().andIf(host, 'n.host_id = $?').andIf(query.kind, 'n.kind = $?');
    where.andIf(query.attention, `(${nodeNeedsAttention('n.id', 'n.host_id')}) = $?::boolean`);
    return ORDERS.by(query.sort).cutPage<Node>(sql, PARTS, where.has(query.q, 'n.name', 's.address'), query);
  }

  async get(sql: Sql, id: NodeId): Promise<Node | undefined> {
    const one = new Where().and('n.id = $?', id);
    const { items } = await ORDERS.by(undefined).cutPage<Node>(sql, PARTS, one, { limit: 1 });
    return items[0];
  }
}
