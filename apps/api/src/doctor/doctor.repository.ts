import { Injectable } from '@nestjs/common';
import type { HostId, NetworkId, NodeRef } from '@orrery/shared/contracts';
import type { Sql } from '../database/sql.js';
import { NAMED_NODES } from '../nodes/named-nodes.js';

/** A network that has a name here. `isKept`: Orrery manages it. */
export interface NamedNetwork {
  id: NetworkId;
  name: string;
  isKept: boolean;
}

@Injectable()
export class DoctorRepository {
  nodesOf(sql: Sql, host: HostId): Promise<NodeRef[]> {
    return sql.query<NodeRef[]>(`SELECT n.id, n.name, n.kind FROM ${NAMED_NODES} n WHERE n.host_id = $1`, [host]);
  }

  networks(sql: Sql, ids: readonly NetworkId[]): Promise<NamedNetwork[]> {
    const select = 'SELECT id, name, controller_id IS NOT NULL AS "isKept" FROM networks WHERE id = ANY($1)';
    return ids.length === 0 ? Promise.resolve([]) : sql.query<NamedNetwork[]>(select, [ids]);
  }
}
