import { Injectable } from '@nestjs/common';
import type { HostId, Interface, InterfaceQuery, NetworkId, NodeId } from '@orrery/shared/contracts';
import type { Sql } from '../database/sql.js';
import { NAMED_NODES } from '../nodes/named-nodes.js';
import { hostRef, iso, nodeRef } from '../paging/columns.js';
import { Keyset } from '../paging/keyset.js';
import { Where } from '../paging/where.js';

const BY_NAME = new Keyset([{ sql: 'n.name' }, { sql: 'f.device' }]);

const SELECT = `
  SELECT ${nodeRef('n')} AS node, ${hostRef('n.host_id', 'n.host_name')} AS host,
         CASE WHEN f.network_id IS NULL THEN NULL
              ELSE jsonb_build_object('id', f.network_id, 'name', COALESCE(w.name, NULLIF(s.name, ''))) END AS network,
         n.simulated, f.device, (f.observed ->> 'up')::boolean AS up, f.observed ->> 'mac' AS mac,
         (f.observed ->> 'mtu')::int AS mtu, f.observed -> 'addresses' AS addresses, f.observed -> 'routes' AS routes,
         ${iso('f.updated_at')} AS "updatedAt", ${BY_NAME.key}
    FROM interfaces f
    JOIN ${NAMED_NODES} n ON n.id = f.node_id
    LEFT JOIN networks w ON w.id = f.network_id
    LEFT JOIN membership_status s ON s.node_id = f.node_id AND s.network_id = f.network_id`;

export interface InterfaceFilter {
  host?: HostId | undefined;
  node?: NodeId | undefined;
  network?: NetworkId | undefined;
}

@Injectable()
export class InterfacesRepository {
  async list(sql: Sql, query: InterfaceQuery, { host, node, network }: InterfaceFilter) {
    const where = new Where()
      .andIf(host, 'n.host_id = $?')
      .andIf(node, 'f.node_id = $?')
      .andIf(network, 'f.network_id = $?');
    return BY_NAME.page<Interface>(sql, SELECT, where, query);
  }
}
