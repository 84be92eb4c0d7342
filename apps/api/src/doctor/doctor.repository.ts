import { Injectable } from '@nestjs/common';
import type { HostId, NodeRef } from '@orrery/shared/contracts';
import type { Sql } from '../database/sql.js';
import { NAMED_NODES } from '../nodes/named-nodes.js';

@Injectable()
export class DoctorRepository {
  nodesOf(sql: Sql, host: HostId): Promise<NodeRef[]> {
    return sql.query<NodeRef[]>(`SELECT n.id, n.name, n.kind FROM ${NAMED_NODES} n WHERE n.host_id = $1`, [host]);
  }
}
