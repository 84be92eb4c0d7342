import { Injectable } from '@nestjs/common';
import type { Attention, Outcome, Status } from '@orrery/shared/contracts';
import type { Sql } from '../database/sql.js';
import { UPKEEP_FINDINGS } from '../findings/upkeep-findings.js';
import { NAMED_NODES } from '../nodes/named-nodes.js';
import { iso } from '../paging/columns.js';

export type Counts = Omit<Status, 'attention'>;
export type Unsettled = { kind: 'container' | 'membership'; name: string; network: string | null; outcome: Outcome };
export type AbsentHost = { name: string; presence: string; since: string };
export type FailingUpkeep = { severity: Attention['severity']; code: string; cause: string };
export type OpenFinding = { host: string; severity: Attention['severity']; code: string; cause: string };

/** Worst first; a list longer than this is not read. */
const MOST = 100;

const COUNTS = `
  WITH live AS (SELECT h.id, h.simulated, COALESCE(s.presence, 'joined') AS presence
                  FROM hosts h LEFT JOIN host_status s ON s.host_id = h.id WHERE h.removed_at IS NULL),
  wanted AS (SELECT o.outcome ->> 'kind' AS kind, i.id IS NOT NULL AS managed
               FROM memberships m FULL JOIN membership_status s ON s.node_id = m.node_id AND s.network_id = m.network_id
               LEFT JOIN items i ON i.id = m.item_id
               LEFT JOIN item_status o ON o.item_id = i.id AND o.revision = i.revision)
  SELECT (SELECT jsonb_build_object(
            'online', count(*) FILTER (WHERE presence = 'online'), 'unreachable', count(*) FILTER (WHERE presence = 'unreachable'),
            'joined', count(*) FILTER (WHERE presence = 'joined'), 'unknown', count(*) FILTER (WHERE presence = 'unknown'),
            'simulated', count(*) FILTER (WHERE simulated)) FROM live) AS hosts,
         (SELECT jsonb_build_object('running', count(*) FILTER (WHERE s.observed ->> 'state' = 'running'), 'total', count(*))
            FROM containers c LEFT JOIN container_status s ON s.node_id = c.node_id) AS containers,
         (SELECT jsonb_build_object(
            'ok', count(*) FILTER (WHERE managed AND kind = 'done'), 'failed', count(*) FILTER (WHERE managed AND kind = 'failed'),
            'waiting', count(*) FILTER (WHERE managed AND kind IS DISTINCT FROM 'done' AND kind IS DISTINCT FROM 'failed'),
            'unmanaged', count(*) FILTER (WHERE NOT managed), 'total', count(*)) FROM wanted) AS memberships,
         (SELECT jsonb_build_object('unfinished', count(*)) FROM commands
           WHERE state IN ('queued', 'delivered', 'waiting')) AS commands`;

const UNSETTLED = `
  SELECT i.kind, n.name, i.body ->> 'network' AS network, o.outcome
    FROM item_status o
    JOIN items i ON i.id = o.item_id AND i.revision = o.revision
    JOIN ${NAMED_NODES} n ON n.id = i.node_id
   WHERE o.outcome ->> 'kind' <> 'done'
   ORDER BY o.outcome ->> 'kind', n.name LIMIT ${MOST}`;

const ABSENT = `
  SELECT h.name, s.presence, ${iso('COALESCE(s.last_seen_at, s.presence_since)')} AS since
    FROM hosts h JOIN host_status s ON s.host_id = h.id
   WHERE h.removed_at IS NULL AND s.presence <> 'online' ORDER BY h.name LIMIT ${MOST}`;

const PAUSED = `SELECT name FROM hosts WHERE paused AND removed_at IS NULL ORDER BY name LIMIT ${MOST}`;

/** A finding that says the same as its item's outcome is not told twice. */
const FINDINGS = `
  SELECT h.name AS host, f.severity, f.code, f.cause
    FROM findings f JOIN hosts h ON h.id = f.host_id AND h.removed_at IS NULL
   WHERE NOT EXISTS (SELECT FROM item_status o WHERE o.item_id = f.item_id AND o.outcome ->> 'code' = f.code)
   ORDER BY array_position(ARRAY['error', 'warning', 'info'], f.severity), h.name, f.code LIMIT ${MOST}`;

@Injectable()
export class StatusRepository {
  async counts(sql: Sql): Promise<Counts> {
    const [counts] = await sql.query<[Counts]>(COUNTS);
    return counts;
  }

  unsettled(sql: Sql): Promise<Unsettled[]> {
    return sql.query(UNSETTLED);
  }

  absentHosts(sql: Sql): Promise<AbsentHost[]> {
    return sql.query(ABSENT);
  }

  pausedHosts(sql: Sql): Promise<{ name: string }[]> {
    return sql.query(PAUSED);
  }

  failingUpkeep(sql: Sql): Promise<FailingUpkeep[]> {
    return sql.query(`SELECT f.severity, f.code, f.cause FROM (${UPKEEP_FINDINGS}) AS f ORDER BY f.item_id`);
  }

  findings(sql: Sql): Promise<OpenFinding[]> {
    return sql.query(FINDINGS);
  }
}
