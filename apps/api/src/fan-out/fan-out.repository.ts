import { Injectable } from '@nestjs/common';
import type { HostId, NodeId, Selector } from '@orrery/shared/contracts';
import type { Sql } from '../database/sql.js';
import { whereSelector } from '../paging/selector-sql.js';
import { Where } from '../paging/where.js';

/** A host that a selector means. */
export interface Target {
  id: HostId;
  name: string;
  nodeId: NodeId;
}

@Injectable()
export class FanOutRepository {
  /** In order of name. */
  async matching(sql: Sql, selector: Selector): Promise<Target[]> {
    const where = new Where().and('h.removed_at IS NULL');
    whereSelector(where, selector, 'h.labels');
    return sql.query(
      `SELECT h.id, h.name, h.node_id AS "nodeId" FROM hosts h ${where.sql} ORDER BY h.name`,
      where.values,
    );
  }
}
