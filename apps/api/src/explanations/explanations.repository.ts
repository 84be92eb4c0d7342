import { Injectable } from '@nestjs/common';
import type { HostId, NetworkId, NodeId } from '@orrery/shared/contracts';
import { isDenied, showOutcome, toldCode, toldOutcome, type ToldOutcome } from '../commands/outcomes.js';
import type { Sql } from '../database/sql.js';
import { NAMED_NODES } from '../nodes/named-nodes.js';
import { iso } from '../paging/columns.js';
import { aboutColumns } from '../remedies/remedy-about.js';
import type { Absence, Keeping, NetworkEvidence, RouterStanding, SilentPeer, Tally } from './evidence.js';

/** A controller with its own node, which may be gone, or outside the scope of the token. */
const CONTROLLER = `CASE WHEN c.id IS NOT NULL THEN jsonb_build_object('name', c.name, 'state', COALESCE(q.state, 'unknown'), 'cause', q.cause,
  'since', NULL, 'about', ${aboutColumns('cn', 'w', 'NULL::text')}) END`;
const OF_CONTROLLER = `
  LEFT JOIN controllers c ON c.id = w.controller_id LEFT JOIN controller_status q ON q.controller_id = c.id
  LEFT JOIN ${NAMED_NODES} cn ON cn.id = c.node_id`;

const KEEPING = `
  SELECT x.node_id AS node, x.network_id AS network, w.name AS "givenName", ${iso('o.updated_at')} AS "settledAt", na.address,
         ${CONTROLLER} AS controller, t.cause AS "syncCause", w.admission ->> 'by' AS policy,
         CASE WHEN v.verdict IS NOT NULL THEN jsonb_build_object('verdict', v.verdict, 'by', v.said_by, 'at', ${iso('v.said_at')}) END AS verdict,
         r.admitted_by AS "admittedBy", ${iso('r.sent_away_at')} AS "sentAwayAt"
    FROM (SELECT node_id, network_id, max(item_id) AS item_id
            FROM (SELECT node_id, network_id, item_id FROM memberships WHERE host_id = $1
                  UNION ALL SELECT node_id, network_id, NULL FROM membership_status WHERE host_id = $1) either
           GROUP BY node_id, network_id) x
    LEFT JOIN items i ON i.id = x.item_id
    LEFT JOIN item_status o ON o.item_id = i.id AND o.revision = i.revision
    LEFT JOIN networks w ON w.id = x.network_id ${OF_CONTROLLER}
    LEFT JOIN network_status t ON t.network_id = x.network_id
    LEFT JOIN node_addresses na ON na.node_id = x.node_id
    LEFT JOIN verdicts v ON v.network_id = x.network_id AND v.address = na.address
    LEFT JOIN controller_records r ON r.network_id = x.network_id AND r.address = na.address`;

/** Nodes that somebody wants in a network, by how that stands. */
const TALLIES = `
  SELECT t.kind, t.code, t.denied, t.count, t.since, n.name AS node, told.outcome ->> 'cause' AS cause, told.outcome ->> 'fix' AS fix,
         told.outcome -> 'about' AS about
    FROM (SELECT o.outcome ->> 'kind' AS kind, ${toldCode('o.outcome', 'm.node_id', 'm.network_id')} AS code,
                 ${isDenied('o.outcome', 'm.node_id', 'm.network_id')} AS denied, count(*)::int AS count,
                 ${iso('min(o.updated_at)')} AS since, min(i.id) AS item
            FROM memberships m JOIN items i ON i.id = m.item_id AND i.intent = 'present'
            LEFT JOIN item_status o ON o.item_id = i.id AND o.revision = i.revision
           WHERE m.network_id = $1 GROUP BY 1, 2, 3) t
    JOIN items i ON i.id = t.item JOIN ${NAMED_NODES} n ON n.id = i.node_id
    LEFT JOIN item_status o ON o.item_id = i.id AND o.revision = i.revision
    CROSS JOIN LATERAL (SELECT ${toldOutcome('o.outcome', 'i.id')} AS outcome) told
   ORDER BY t.count DESC`;

/** Nodes in a network whose hosts are unreachable, whoever put them there. */
const ABSENCE = `
  SELECT sum(x.nodes)::int AS nodes, count(*)::int AS hosts, (array_agg(x.host ORDER BY x.since, x.name))[1] AS host
    FROM (SELECT h.name, s.last_seen_at AS since, count(*) AS nodes, jsonb_build_object('name', h.name, 'presence', s.presence,
                 'lastSeenAt', ${iso('s.last_seen_at')}, 'createdAt', ${iso('h.created_at')}, 'paused', h.paused) AS host
            FROM (SELECT node_id, host_id FROM memberships WHERE network_id = $1
                  UNION SELECT node_id, host_id FROM membership_status WHERE network_id = $1) m
            JOIN hosts h ON h.id = m.host_id AND h.removed_at IS NULL
            JOIN host_status s ON s.host_id = h.id AND s.presence = 'unreachable'
           GROUP BY h.id, s.presence, s.last_seen_at) x
  HAVING count(*) > 0`;

/** A silent path to a node that should answer, in a network that both are in. */
const SILENT = `
  SELECT p.node_id AS node, n.name AS peer, p.endpoint, ${iso('p.silent_since')} AS since, array_agg(m.network_id) AS networks
    FROM paths p
    JOIN node_addresses a ON a.address = p.peer AND a.node_id <> p.node_id
    JOIN ${NAMED_NODES} n ON n.id = a.node_id
    JOIN node_status s ON s.node_id = n.id AND s.state = 'up'
    JOIN host_status h ON h.host_id = n.host_id AND h.presence = 'online'
    JOIN membership_status m ON m.node_id = p.node_id AND m.status = 'OK'
    JOIN membership_status o ON o.node_id = n.id AND o.network_id = m.network_id AND o.status = 'OK'
   WHERE p.host_id = $1 AND p.silent_since IS NOT NULL AND p.role = 'LEAF'
     AND ($2::text IS NULL OR p.node_id = $2) AND ($3::text IS NULL OR m.network_id = $3)
   GROUP BY p.node_id, n.id, n.name, p.peer, p.endpoint, p.silent_since ORDER BY p.silent_since, n.name LIMIT 100`;

@Injectable()
export class ExplanationsRepository {
  keeping(sql: Sql, host: HostId, node?: NodeId, network?: NetworkId): Promise<Keeping[]> {
    return sql.query(
      `${KEEPING} WHERE ($2::text IS NULL OR x.node_id = $2) AND ($3::text IS NULL OR x.network_id = $3) LIMIT 500`,
      [host, node ?? null, network ?? null],
    );
  }

  silent(sql: Sql, host: HostId, node?: NodeId, network?: NetworkId): Promise<SilentPeer[]> {
    return sql.query(SILENT, [host, node ?? null, network ?? null]);
  }

  async routers(sql: Sql, host: HostId): Promise<RouterStanding[]> {
    const rows = await sql.query<(Omit<RouterStanding, 'outcome'> & { outcome: ToldOutcome | null })[]>(
      `SELECT r.node_id AS node, ${toldOutcome('o.outcome', 'i.id')} AS outcome, ${iso('o.updated_at')} AS "settledAt"
         FROM routers r JOIN items i ON i.id = r.item_id AND i.intent = 'present'
         LEFT JOIN item_status o ON o.item_id = i.id AND o.revision = i.revision WHERE r.host_id = $1 LIMIT 500`,
      [host],
    );
    return rows.map((row) => ({ ...row, outcome: row.outcome && showOutcome(row.outcome) }));
  }

  tallies(sql: Sql, network: NetworkId): Promise<Tally[]> {
    return sql.query(TALLIES, [network]);
  }

  async absence(sql: Sql, network: NetworkId): Promise<Absence | null> {
    const [found] = await sql.query<Absence[]>(ABSENCE, [network]);
    return found ?? null;
  }

  async controllerOf(sql: Sql, network: NetworkId): Promise<NetworkEvidence['controller']> {
    const rows = await sql.query<Pick<NetworkEvidence, 'controller'>[]>(
      `SELECT ${CONTROLLER} AS controller FROM networks w ${OF_CONTROLLER} WHERE w.id = $1`,
      [network],
    );
    return rows[0]?.controller ?? null;
  }

  /** Only a name that a person gave here. */
  async givenName(sql: Sql, network: NetworkId): Promise<string | null> {
    const [found] = await this.givenNames(sql, [network]);
    return found?.[1] ?? null;
  }

  async givenNames(sql: Sql, networks: readonly NetworkId[]): Promise<[NetworkId, string][]> {
    const rows = await sql.query<{ id: NetworkId; name: string }[]>(
      'SELECT id, name FROM networks WHERE id = ANY($1) AND name IS NOT NULL',
      [networks],
    );
    return rows.map(({ id, name }) => [id, name]);
  }
}
