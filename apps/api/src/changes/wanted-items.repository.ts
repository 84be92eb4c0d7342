import { Injectable } from '@nestjs/common';
import type { AnyItem, HostId } from '@orrery/shared/contracts';
import type { Sql } from '../database/sql.js';
import { toItem, type ItemRow } from '../desired/item-rows.js';

@Injectable()
export class WantedItemsRepository {
  /** All items of a host as they go on the wire, as the transaction sees them. */
  async ofHost(sql: Sql, host: HostId): Promise<AnyItem[]> {
    const rows = await sql.query<ItemRow[]>(
      'SELECT id, host_id, node_id, kind, intent, revision, body FROM items WHERE host_id = $1 ORDER BY id',
      [host],
    );
    return rows.map(toItem);
  }
}
