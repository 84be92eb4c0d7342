import { Injectable } from '@nestjs/common';
import {
  MAX_ATTENTION,
  MAX_ATTENTION_PER_HOST,
  type Attention,
  type Item,
  type Outcome,
  type Status,
} from '@orrery/shared/contracts';
import { toldOutcome } from '../commands/outcomes.js';
import type { Sql } from '../database/sql.js';
import { UPKEEP_FINDINGS } from '../findings/upkeep-findings.js';
import { NAMED_NODES } from '../nodes/named-nodes.js';
import { iso } from '../paging/columns.js';

export type Counts = Omit<Status, 'attention' | 'attentionTotal'>;
/** `place`: among those of its host, the worst first. */
export type Unsettled = {
  kind: Item['kind'];
  name: string;
  network: string | null;
  outcome: Outcome;
  place: number;
};
export type AbsentHost = { name: string; presence: string; since: string };
export type FailingUpkeep = { severity: Attention['severity']; code: string; cause: string };
export type OpenFinding = {
  host: string;
  severity: Attention['severity'];
  code: string;
  cause: string;
  place: number;
};

/** A longer list is not read: the first of each host, then the second of each. One host cannot fill it. */
const TAIL = `ORDER BY rank, place, name LIMIT ${MAX_ATTENTION}`;

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

const OF_ITEMS = `
  item_status o
  JOIN items i ON i.id = o.item_id AND i.revision = o.revision
  JOIN ${NAMED_NODES} n ON n.id = i.node_id
 WHERE o.outcome ->> 'kind' <> 'done' AND NOT (o.outcome ->> 'code' = 'workload'
   AND (i.kind = 'membership' OR EXISTS (SELECT FROM containers c WHERE c.node_id = i.node_id AND c.by_label)))`;

const UNSETTLED = `
  SELECT kind, name, network, outcome, place FROM (
    SELECT i.kind, n.name, i.body ->> 'network' AS network, ${toldOutcome('o.outcome', 'i.id')} AS outcome, o.outcome ->> 'kind' AS rank,
           row_number() OVER (PARTITION BY n.host_id ORDER BY o.outcome ->> 'kind', n.name, i.id)::int AS place
      FROM ${OF_ITEMS}) ranked
   WHERE place <= ${MAX_ATTENTION_PER_HOST} ${TAIL}`;

const ABSENT = `
  SELECT h.name, s.presence, ${iso('COALESCE(s.last_seen_at, s.presence_since)')} AS since
    FROM hosts h JOIN host_status s ON s.host_id = h.id
   WHERE h.removed_at IS NULL AND s.presence <> 'online' ORDER BY h.name LIMIT ${MAX_ATTENTION}`;

const PAUSED = `SELECT name FROM hosts WHERE paused AND removed_at IS NULL ORDER BY name LIMIT ${MAX_ATTENTION}`;

/** A finding that repeats its item's outcome is not shown twice. */
const OF_FINDINGS = `
  findings f JOIN hosts h ON h.id = f.host_id AND h.removed_at IS NULL
 WHERE NOT EXISTS (SELECT FROM item_status o WHERE o.item_id = f.item_id AND o.outcome ->> 'code' = f.code)`;

/** The API's findings about a host come before those of its agent, which may lie. */
const FINDINGS = `
  SELECT name AS host, severity, code, cause, place FROM (
    SELECT h.name, f.severity, f.code, f.cause, array_position(ARRAY['error', 'warning', 'info'], f.severity) AS rank,
           row_number() OVER (PARTITION BY f.host_id ORDER BY f.source = 'agent',
             array_position(ARRAY['error', 'warning', 'info'], f.severity), f.code, f.node_id, f.network_id, f.item_id)::int AS place
      FROM ${OF_FINDINGS}) ranked
   WHERE place <= ${MAX_ATTENTION_PER_HOST} ${TAIL}`;

const TOTAL = `
  SELECT count(*) FILTER (WHERE severity = 'error')::int AS error, count(*) FILTER (WHERE severity = 'warning')::int AS warning,
         count(*) FILTER (WHERE severity = 'info')::int AS info
    FROM (SELECT CASE o.outcome ->> 'kind' WHEN 'failed' THEN 'error' ELSE 'warning' END AS severity FROM ${OF_ITEMS}
          UNION ALL SELECT f.severity FROM ${OF_FINDINGS}
          UNION ALL SELECT CASE s.presence WHEN 'unreachable' THEN 'error' ELSE 'warning' END
            FROM hosts h JOIN host_status s ON s.host_id = h.id WHERE h.removed_at IS NULL AND s.presence <> 'online'
          UNION ALL SELECT 'info' FROM hosts WHERE paused AND removed_at IS NULL) everything`;

@Injectable()
export class StatusRepository {
  async counts(sql: Sql): Promise<Counts> {
    const [counts] = await sql.query<[Counts]>(COUNTS);
    return counts;
  }

  async total(sql: Sql): Promise<NonNullable<Status['attentionTotal']>> {
    const [total] = await sql.query<[NonNullable<Status['attentionTotal']>]>(TOTAL);
    return total;
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
