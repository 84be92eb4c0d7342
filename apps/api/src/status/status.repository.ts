import { Injectable } from '@nestjs/common';
import {
  LEAST_GROUP,
  MAX_ATTENTION,
  MAX_ATTENTION_PER_HOST,
  type Attention,
  type AttentionAbout,
  type ControllerRef,
  type HostRef,
  type Item,
  type NodeRef,
  type Outcome,
  type Status,
} from '@orrery/shared/contracts';
import { isDenied, toldCode, toldOutcome } from '../commands/outcomes.js';
import type { Sql } from '../database/sql.js';
import { UPKEEP_FINDINGS } from '../findings/upkeep-findings.js';
import { NAMED_NODES } from '../nodes/named-nodes.js';
import { hostRef, iso, nodeRef } from '../paging/columns.js';

export type Counts = Omit<Status, 'attention' | 'attentionTotal'>;
/**
 * One of `count` that have the same cause. `place`: among those of its host, the worst first. `oneHost`: all of them are
 * on this host.
 */
export type Unsettled = {
  kind: Item['kind'];
  node: NodeRef;
  host: HostRef;
  network: NonNullable<AttentionAbout['network']> | null;
  outcome: Outcome;
  place: number;
  count: number;
  oneHost: boolean;
};
/** `count`: hosts with this presence. */
export type AbsentHost = { host: HostRef; presence: string; since: string; count: number };
/** `waiting`: memberships that wait for it. */
export type ControllerAway = {
  controller: ControllerRef;
  host: HostRef | null;
  state: 'away' | 'absent' | 'moved';
  cause: string | null;
  waiting: number;
};
export type FailingUpkeep = { severity: Attention['severity']; code: string; cause: string };
/** One of `count` findings of `hosts` hosts with the same code, severity and cause. */
export type OpenFinding = {
  host: HostRef;
  node: NodeRef | null;
  network: NonNullable<AttentionAbout['network']> | null;
  severity: Attention['severity'];
  code: string;
  cause: string;
  place: number;
  hosts: number;
  count: number;
};

/** A longer list is not read: the first of each host, then the second of each. One host cannot fill it. */
const TAIL = `ORDER BY rank, place, name LIMIT ${MAX_ATTENTION}`;

const COUNTS = `
  WITH live AS (SELECT h.id, h.simulated, COALESCE(s.presence, 'joined') AS presence
                  FROM hosts h LEFT JOIN host_status s ON s.host_id = h.id WHERE h.removed_at IS NULL),
  wanted AS (SELECT CASE WHEN ${isDenied('o.outcome', 'm.node_id', 'm.network_id')} THEN 'denied' ELSE o.outcome ->> 'kind' END AS kind,
                    i.id IS NOT NULL AS managed
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
            'waiting', count(*) FILTER (WHERE managed AND (kind = 'waiting' OR kind IS NULL)),
            'denied', count(*) FILTER (WHERE managed AND kind = 'denied'),
            'unmanaged', count(*) FILTER (WHERE NOT managed), 'total', count(*)) FROM wanted) AS memberships,
         (SELECT jsonb_build_object('waiting', count(*) FILTER (WHERE i.kind = 'attachment'),
                                    'memberships', count(*) FILTER (WHERE i.kind = 'membership'))
            FROM item_status o JOIN items i ON i.id = o.item_id AND i.revision = o.revision AND i.intent = 'present'
           WHERE o.outcome ->> 'kind' = 'waiting' AND o.outcome ->> 'code' = 'workload') AS attachments,
         (SELECT jsonb_build_object('unfinished', count(*)) FROM commands
           WHERE state IN ('queued', 'delivered', 'waiting')) AS commands`;

/** A container that cannot be made is why its memberships cannot: it is shown alone. */
const FOLLOWS = `(i.kind = 'membership' AND o.outcome ->> 'kind' = 'failed' AND EXISTS (
  SELECT FROM items ci JOIN item_status co ON co.item_id = ci.id AND co.revision = ci.revision
   WHERE ci.node_id = i.node_id AND ci.kind IN ('container', 'attachment')
     AND co.outcome ->> 'kind' = 'failed' AND co.outcome ->> 'code' = o.outcome ->> 'code'))`;

/** A deliberate denial is no problem of the fleet: the page of the membership tells of it. */
const OF_ITEMS = `
  item_status o
  JOIN items i ON i.id = o.item_id AND i.revision = o.revision
  JOIN ${NAMED_NODES} n ON n.id = i.node_id
 WHERE o.outcome ->> 'kind' <> 'done' AND NOT ${isDenied('o.outcome', 'i.node_id', "i.body ->> 'network'")} AND NOT ${FOLLOWS}
   AND NOT (o.outcome ->> 'code' = 'workload'
   AND (i.kind = 'membership' OR EXISTS (SELECT FROM containers c WHERE c.node_id = i.node_id AND c.by_label)))`;

const AWAY = "('away', 'absent', 'moved')";

/** Memberships whose controller does not answer: they are shown with it. */
const AWAITED = `i.kind = 'membership' AND o.outcome ->> 'code' = 'configuration' AND i.body ->> 'network' IN (
  SELECT w.id FROM networks w JOIN controller_status q ON q.controller_id = w.controller_id WHERE q.state IN ${AWAY})`;

const networkOf = (id: string) =>
  `CASE WHEN ${id} <> '' THEN jsonb_build_object('id', ${id}, 'name', (SELECT w.name FROM networks w WHERE w.id = ${id})) END`;

/** All memberships of a network that wait for the same, and all other items with the same cause, are one group. */
const UNSETTLED = `
  WITH ranked AS (
    SELECT i.id AS item, i.kind, n.id, n.name, n.kind AS node_kind, n.host_id, n.host_name, i.body ->> 'network' AS network,
           o.outcome, o.outcome ->> 'kind' AS rank, ${toldCode('o.outcome', 'i.node_id', "i.body ->> 'network'")} AS code,
           row_number() OVER (PARTITION BY n.host_id ORDER BY o.outcome ->> 'kind', n.name, i.id)::int AS place
      FROM ${OF_ITEMS} AND NOT (${AWAITED})),
  grouped AS (
    SELECT *, count(*) OVER alike AS count, min(host_id) OVER alike = max(host_id) OVER alike AS one_host,
           row_number() OVER (alike ORDER BY place, name, item) AS nth
      FROM ranked WINDOW alike AS (PARTITION BY kind, rank, code,
        CASE kind WHEN 'membership' THEN network ELSE outcome ->> 'cause' END)),
  shown AS (
    SELECT * FROM grouped WHERE place <= ${MAX_ATTENTION_PER_HOST} AND (nth = 1 OR count < ${LEAST_GROUP}) ${TAIL})
  SELECT s.kind, jsonb_build_object('id', s.id, 'name', s.name, 'kind', s.node_kind) AS node, ${hostRef('s.host_id', 's.host_name')} AS host,
         ${networkOf('s.network')} AS network, ${toldOutcome('s.outcome', 's.item')} AS outcome, s.place, s.count::int, s.one_host AS "oneHost"
    FROM shown s ORDER BY rank, place, name`;

const CONTROLLERS = `
  SELECT jsonb_build_object('id', c.id, 'name', c.name) AS controller, q.state, q.cause, COALESCE(u.waiting, 0)::int AS waiting,
         CASE WHEN n.id IS NOT NULL THEN ${hostRef('n.host_id', 'n.host_name')} END AS host
    FROM controllers c JOIN controller_status q ON q.controller_id = c.id AND q.state IN ${AWAY}
    LEFT JOIN ${NAMED_NODES} n ON n.id = c.node_id
    LEFT JOIN (SELECT w.controller_id, count(*) AS waiting
                 FROM (SELECT i.body ->> 'network' AS network FROM ${OF_ITEMS} AND ${AWAITED}) x
                 JOIN networks w ON w.id = x.network GROUP BY w.controller_id) u ON u.controller_id = c.id
   ORDER BY waiting DESC, c.name LIMIT ${MAX_ATTENTION}`;

const ABSENT = `
  SELECT ${hostRef('h.id', 'h.name')} AS host, s.presence, ${iso('COALESCE(s.last_seen_at, s.presence_since)')} AS since,
         (count(*) OVER (PARTITION BY s.presence))::int AS count
    FROM hosts h JOIN host_status s ON s.host_id = h.id
   WHERE h.removed_at IS NULL AND s.presence <> 'online' ORDER BY h.name LIMIT ${MAX_ATTENTION}`;

const PAUSED = `SELECT id, name FROM hosts WHERE paused AND removed_at IS NULL ORDER BY name LIMIT ${MAX_ATTENTION}`;

/** A finding that repeats its item's outcome is not shown twice; `item-stuck` does so in any case. */
const OF_FINDINGS = `
  findings f JOIN hosts h ON h.id = f.host_id AND h.removed_at IS NULL
 WHERE NOT EXISTS (SELECT FROM item_status o WHERE o.item_id = f.item_id
   AND (o.outcome ->> 'code' = f.code OR (f.code = 'item-stuck' AND o.outcome ->> 'kind' = 'failed')))`;

/**
 * The API's findings about a host come before those of its agent, which may lie. The same cause on several hosts is one
 * group; the same on one host is not, because it is bounded by its place.
 */
const FINDINGS = `
  WITH open AS (
    SELECT h.name, f.host_id, f.node_id, f.network_id, f.severity, f.code, f.cause,
           array_position(ARRAY['error', 'warning', 'info'], f.severity) AS rank,
           row_number() OVER (PARTITION BY f.host_id ORDER BY f.source = 'agent',
             array_position(ARRAY['error', 'warning', 'info'], f.severity), f.code, f.node_id, f.network_id, f.item_id)::int AS place
      FROM ${OF_FINDINGS}),
  alike AS (
    SELECT code, severity, cause, count(*)::int AS hosts, sum(findings)::int AS findings
      FROM (SELECT code, severity, cause, count(*) AS findings FROM open GROUP BY code, severity, cause, host_id) AS one
     GROUP BY code, severity, cause HAVING count(*) >= ${LEAST_GROUP}),
  numbered AS (
    SELECT o.*, COALESCE(a.hosts, 1) AS hosts, COALESCE(a.findings, 1) AS count,
           row_number() OVER (PARTITION BY o.code, o.severity, o.cause ORDER BY o.place, o.name, o.node_id, o.network_id) AS nth
      FROM open o LEFT JOIN alike a ON a.code = o.code AND a.severity = o.severity AND a.cause = o.cause
     WHERE o.place <= ${MAX_ATTENTION_PER_HOST}),
  shown AS (SELECT * FROM numbered WHERE nth = 1 OR hosts = 1 ${TAIL})
  SELECT ${hostRef('s.host_id', 's.name')} AS host, CASE WHEN n.id IS NOT NULL THEN ${nodeRef('n')} END AS node,
         ${networkOf('s.network_id')} AS network, s.severity, s.code, s.cause, s.place, s.hosts, s.count
    FROM shown s LEFT JOIN ${NAMED_NODES} n ON n.id = s.node_id ORDER BY s.rank, s.place, s.name`;

const TOTAL = `
  SELECT count(*) FILTER (WHERE severity = 'error')::int AS error, count(*) FILTER (WHERE severity = 'warning')::int AS warning,
         count(*) FILTER (WHERE severity = 'info')::int AS info
    FROM (SELECT CASE o.outcome ->> 'kind' WHEN 'failed' THEN 'error' ELSE 'warning' END AS severity FROM ${OF_ITEMS} AND NOT (${AWAITED})
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

  controllersAway(sql: Sql): Promise<ControllerAway[]> {
    return sql.query(CONTROLLERS);
  }

  pausedHosts(sql: Sql): Promise<HostRef[]> {
    return sql.query(PAUSED);
  }

  failingUpkeep(sql: Sql): Promise<FailingUpkeep[]> {
    return sql.query(`SELECT f.severity, f.code, f.cause FROM (${UPKEEP_FINDINGS}) AS f ORDER BY f.item_id`);
  }

  findings(sql: Sql): Promise<OpenFinding[]> {
    return sql.query(FINDINGS);
  }
}
