import { Injectable } from '@nestjs/common';
import type { NetworkId, NodeId, PageQuery, ProbeId } from '@orrery/shared/contracts';
import type { Sql } from '../database/sql.js';
import { iso } from '../paging/columns.js';
import { Keyset } from '../paging/keyset.js';
import { Where } from '../paging/where.js';
import type { ProbeEvent } from './read-probe.js';

/**
 * How far back a probe is looked for, because its events have no index of their own. Given as times, not as `now() -
 * …`, which would open every partition of events; an hour more on both sides, because the database has another clock.
 */
const LOOK_BACK_MS = 86_400_000;
const CLOCK_MS = 3_600_000;

const NEWEST = new Keyset(
  [
    { sql: 'e.committed_at', cast: 'timestamptz' },
    { sql: 'e.id', cast: 'bigint' },
  ],
  'DESC',
);

const STARTED = `SELECT e.data ->> 'probe' AS probe, ${NEWEST.key} FROM events e`;

@Injectable()
export class ProbesRepository {
  /** The networks that the node has an interface in, as far as its host has reported. */
  async networksOf(sql: Sql, node: NodeId): Promise<NetworkId[]> {
    const rows = await sql.query<{ network: NetworkId }[]>(
      'SELECT DISTINCT network_id AS network FROM interfaces WHERE node_id = $1 AND network_id IS NOT NULL',
      [node],
    );
    return rows.map(({ network }) => network);
  }

  /** Probes of the last day, the newest first. */
  async started(sql: Sql, node: NodeId, query: PageQuery) {
    const [from, to] = lastDay();
    const where = new Where()
      .and(`e.node_id = $? AND e.type = 'probe.started'`, node)
      .and('e.committed_at > $? AND e.committed_at < $?', from, to);
    return NEWEST.page<{ probe: ProbeId }>(sql, STARTED, where, query);
  }

  /** The events of these probes in order of occurrence, including those on their way into the history. */
  async events(sql: Sql, node: NodeId, probes: readonly ProbeId[]): Promise<(ProbeEvent & { probe: ProbeId })[]> {
    if (probes.length === 0) return [];
    return sql.query(
      `SELECT type, data, data ->> 'probe' AS probe, ${iso('at')} AS at FROM (
         SELECT type, data, committed_at AS at, id, 0 AS place FROM events
          WHERE node_id = $1 AND type LIKE 'probe.%' AND data->>'probe' = ANY($2) AND committed_at > $3 AND committed_at < $4
         UNION ALL
         SELECT type, data, at, id, 1 FROM outbox WHERE node_id = $1 AND type LIKE 'probe.%' AND data->>'probe' = ANY($2)) AS told
       ORDER BY place, id`,
      [node, probes, ...lastDay()],
    );
  }
}

function lastDay(): [from: Date, to: Date] {
  const now = Date.now();
  return [new Date(now - LOOK_BACK_MS - CLOCK_MS), new Date(now + CLOCK_MS)];
}
