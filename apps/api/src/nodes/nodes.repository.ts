import { Injectable } from '@nestjs/common';
import type { HostId, Node, NodeId, NodeQuery } from '@orrery/shared/contracts';
import type { Sql } from '../database/sql.js';
import { hostRef, iso } from '../paging/columns.js';
import { Keyset } from '../paging/keyset.js';
import { Where } from '../paging/where.js';
import { NAMED_NODES } from './named-nodes.js';

const BY_NAME = new Keyset([{ sql: 'n.name' }, { sql: 'n.id' }]);

const SELECT = `
  SELECT n.id, n.name, n.kind, ${hostRef('n.host_id', 'n.host_name')} AS host, n.simulated,
         COALESCE(s.state, 'unknown') AS state,
         CASE WHEN s.node_id IS NULL THEN 'the host has not reported it yet' ELSE s.cause END AS cause,
         s.address, s.version AS "zerotierVersion", s.online, ${iso('s.updated_at')} AS "updatedAt", ${BY_NAME.key}
    FROM ${NAMED_NODES} n LEFT JOIN node_status s ON s.node_id = n.id`;

@Injectable()
export class NodesRepository {
  async list(sql: Sql, query: NodeQuery, host: HostId | undefined) {
    const where = new Where().andIf(host, 'n.host_id = $?').andIf(query.kind, 'n.kind = $?');
    return BY_NAME.page<Node>(sql, SELECT, where, query);
  }

  async get(sql: Sql, id: NodeId): Promise<Node | undefined> {
    const rows = await sql.query<Node[]>(`${SELECT} WHERE n.id = $1`, [id]);
    return rows[0];
  }
}
