import { Injectable } from '@nestjs/common';
import type { HostId, NodeAddress, ObservedWorkload, ShownWorkload, WorkloadQuery } from '@orrery/shared/contracts';
import type { Sql } from '../database/sql.js';
import { NAMED_NODES } from '../nodes/named-nodes.js';
import { hostRef, iso, nodeRef } from '../paging/columns.js';
import { Keyset } from '../paging/keyset.js';
import { Where } from '../paging/where.js';

/** `address`: the ZeroTier address of its node, if it is attached and the address is known. */
export type WorkloadRow = Pick<ShownWorkload, 'host' | 'node' | 'byLabel' | 'updatedAt'> & {
  observed: ObservedWorkload;
  address: NodeAddress | null;
};

const BY_NAME = new Keyset([{ sql: 'h.name' }, { sql: 'x.workload' }]);

/** An attachment can name the same container in another way. */
const SELECT = `
  SELECT ${hostRef('h.id', 'h.name')} AS host, x.observed, CASE WHEN n.id IS NOT NULL THEN ${nodeRef('n')} END AS node,
         COALESCE(a.by_label, false) AS "byLabel", d.address, ${iso('x.updated_at')} AS "updatedAt", ${BY_NAME.key}
    FROM workloads x
    JOIN hosts h ON h.id = x.host_id AND h.removed_at IS NULL
    LEFT JOIN LATERAL (
      SELECT c.node_id, c.by_label FROM containers c JOIN items i ON i.id = c.item_id AND i.kind = 'attachment' AND i.intent = 'present'
       WHERE c.host_id = x.host_id AND (i.body ->> 'workload' = x.workload OR i.body ->> 'workload' IN (
         SELECT o.workload FROM workloads o WHERE o.host_id = x.host_id AND o.observed ->> 'engineId' = x.observed ->> 'engineId'))
       ORDER BY i.body ->> 'workload' = x.workload DESC LIMIT 1) a ON true
    LEFT JOIN ${NAMED_NODES} n ON n.id = a.node_id
    LEFT JOIN node_addresses d ON d.node_id = a.node_id`;

@Injectable()
export class WorkloadsRepository {
  async list(sql: Sql, query: WorkloadQuery, host: HostId | undefined) {
    return BY_NAME.page<WorkloadRow>(sql, SELECT, new Where().andIf(host, 'x.host_id = $?'), query);
  }
}
