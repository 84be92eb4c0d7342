import { Injectable } from '@nestjs/common';
import type { HostId, NodeId, Selector } from '@orrery/shared/contracts';
import type { Transaction } from '../database/sql.js';
import { whereSelector } from '../paging/selector-sql.js';
import { Where } from '../paging/where.js';
import { lockHosts } from '../wanted/revisions.js';

/** A host that matches a selector. */
export interface Target {
  id: HostId;
  name: string;
  nodeId: NodeId;
}

@Injectable()
export class FanOutRepository {
  /**
   * The matching hosts, locked until the end of the transaction. They are read again once locked, because labels may
   * have changed meanwhile.
   */
  async lock(tx: Transaction, selector: Selector): Promise<Target[]> {
    const seen = await this.#matching(tx, selector);
    const held = new Set(seen.map(({ id }) => id));
    await lockHosts(tx, [...held]);
    return (await this.#matching(tx, selector)).filter(({ id }) => held.has(id));
  }

  /** Ordered by name. */
  async #matching(tx: Transaction, selector: Selector): Promise<Target[]> {
    const where = new Where().and('h.removed_at IS NULL');
    whereSelector(where, selector, 'h.labels');
    return tx.query(
      `SELECT h.id, h.name, h.node_id AS "nodeId" FROM hosts h ${where.sql} ORDER BY h.name`,
      where.values,
    );
  }
}
