import { Injectable } from '@nestjs/common';
import type { NetworkId, NodeId, ProbeId } from '@orrery/shared/contracts';
import type { Sql } from '../database/sql.js';
import { iso } from '../paging/columns.js';
import type { ProbeEvent } from './read-probe.js';

/**
 * A probe is looked for this far back, and no further: its events have no index of their own. Given as times, not as `now() - …`, by which
 * every partition of events would be opened; an hour more on both sides, because the clock of the database is another one.
 */
const LOOK_BACK_MS = 86_400_000;
const CLOCK_MS = 3_600_000;

@Injectable()
export class ProbesRepository {
  /** The networks that the node has an interface in, as far as its host has told. */
  async networksOf(sql: Sql, node: NodeId): Promise<NetworkId[]> {
    const rows = await sql.query<{ network: NetworkId }[]>(
      'SELECT DISTINCT network_id AS network FROM interfaces WHERE node_id = $1 AND network_id IS NOT NULL',
      [node],
    );
    return rows.map(({ network }) => network);
  }

  /** What is told of a probe, in the order in which it happened; with what is on its way into the history. */
  async events(sql: Sql, node: NodeId, probe: ProbeId): Promise<ProbeEvent[]> {
    const now = Date.now();
    return sql.query(
      `SELECT type, data, ${iso('at')} AS at FROM (
         SELECT type, data, committed_at AS at, id, 0 AS place FROM events
          WHERE node_id = $1 AND type LIKE 'probe.%' AND data->>'probe' = $2 AND committed_at > $3 AND committed_at < $4
         UNION ALL
         SELECT type, data, at, id, 1 FROM outbox WHERE node_id = $1 AND type LIKE 'probe.%' AND data->>'probe' = $2) AS told
       ORDER BY place, id`,
      [node, probe, new Date(now - LOOK_BACK_MS - CLOCK_MS), new Date(now + CLOCK_MS)],
    );
  }
}
