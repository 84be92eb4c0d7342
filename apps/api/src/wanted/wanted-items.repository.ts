import { Injectable } from '@nestjs/common';
import type { AnyItem, HostId } from '@orrery/shared/contracts';
import type { Sql } from '../database/sql.js';
import { toItem, type ItemRow } from './item-rows.js';
import { NAMED_NODES } from '../nodes/named-nodes.js';

/** An item with the name that people use for what it is about. */
export interface NamedItem {
  item: AnyItem;
  name: string;
}

@Injectable()
export class WantedItemsRepository {
  /** All items of these hosts as they go on the wire, as the transaction sees them, containers first; a host without any is not in it. */
  async ofHosts(sql: Sql, hosts: readonly HostId[]): Promise<Map<HostId, NamedItem[]>> {
    const rows = await sql.query<(ItemRow & { name: string })[]>(
      `SELECT i.id, i.host_id, i.node_id, i.kind, i.intent, i.revision, i.body,
              COALESCE(n.name, i.node_id) || CASE WHEN i.kind = 'membership'
                THEN ' in ' || COALESCE(w.name, i.body ->> 'network') ELSE '' END AS name
         FROM items i LEFT JOIN ${NAMED_NODES} n ON n.id = i.node_id LEFT JOIN networks w ON w.id = i.body ->> 'network'
        WHERE i.host_id = ANY($1) ORDER BY i.kind, i.id`,
      [hosts],
    );
    const items = new Map<HostId, NamedItem[]>();
    for (const { name, ...row } of rows) {
      const ofHost = items.get(row.host_id) ?? [];
      ofHost.push({ item: toItem(row), name });
      items.set(row.host_id, ofHost);
    }
    return items;
  }
}
