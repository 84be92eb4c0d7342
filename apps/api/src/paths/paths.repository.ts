import { Injectable } from '@nestjs/common';
import type { NetworkId } from '@orrery/shared/contracts';
import type { Sql } from '../database/sql.js';
import { NAMED_NODES } from '../nodes/named-nodes.js';
import { hostRef, iso } from '../paging/columns.js';
import type { PathNode, SeenPath } from './judge-path.js';

/** A node of the network: what is known of it without looking at its paths. */
export type Member = Omit<PathNode, 'hasRoot' | 'isUdpBlocked' | 'ports'>;
/** Whom a row of the table is about. */
export type Way = { node: string; peer: string };

/** Findings that say that a node, or everything on its host, cannot use UDP. */
const UDP_BLOCKED = ['udp-blocked', 'no-root-reached'];

/** Nodes that were seen in the network. */
const MEMBERS = `
  SELECT n.id, n.name, n.kind, ${hostRef('n.host_id', 'n.host_name')} AS host, n.simulated, a.address,
         COALESCE(s.state = 'up', false) AS "isUp", COALESCE(s.peers_known, false) AS "arePeersKnown",
         COALESCE(h.presence, 'joined') <> 'online' AS "isAway",
         COALESCE(s.updated_at < now() - interval '1 minute', false) AS "isSettled",
         COALESCE(i.kind = 'attachment', false) AS "isAttached"
    FROM membership_status m
    JOIN ${NAMED_NODES} n ON n.id = m.node_id
    LEFT JOIN node_addresses a ON a.node_id = n.id
    LEFT JOIN node_status s ON s.node_id = n.id
    LEFT JOIN host_status h ON h.host_id = n.host_id
    LEFT JOIN containers c ON c.node_id = n.id
    LEFT JOIN items i ON i.id = c.item_id
   WHERE m.network_id = $1`;

const PATHS = `
  SELECT p.node_id AS node, p.peer, p.path, p.endpoint, p.latency_ms AS "latencyMs", ${iso('p.since')} AS since,
         p.since > now() - interval '1 minute' AS "isYoung", ${iso('p.silent_since')} AS "silentSince"
    FROM unnest($1::text[], $2::text[]) AS r(node, peer) JOIN paths p ON p.node_id = r.node AND p.peer = r.peer`;

const ROOTED = `SELECT DISTINCT node_id AS node FROM paths WHERE node_id = ANY($1) AND role <> 'LEAF' AND path = 'direct'`;

/** The host's own node stands for its whole host. */
const BLOCKED = `
  SELECT n.id AS node FROM nodes n JOIN hosts h ON h.id = n.host_id
   WHERE n.id = ANY($1) AND EXISTS (SELECT FROM findings f
     WHERE f.host_id = n.host_id AND f.code = ANY($2) AND f.node_id IN ('', n.id, h.node_id))`;

/** A symmetric NAT shows in the views of few nodes. */
const MOST_VIEWS = 100;

const PORTS = `
  SELECT peer, max(ports)::int AS ports
    FROM (SELECT u.peer, count(DISTINCT v.endpoint) AS ports
            FROM unnest($1::text[]) AS u(peer)
           CROSS JOIN LATERAL (SELECT p.endpoint FROM paths p WHERE p.peer = u.peer AND p.endpoint IS NOT NULL LIMIT ${MOST_VIEWS}) v
           GROUP BY u.peer, regexp_replace(v.endpoint, '/[^/]*$', '')) AS one
   GROUP BY peer`;

@Injectable()
export class PathsRepository {
  members(sql: Sql, network: NetworkId): Promise<Member[]> {
    return sql.query(MEMBERS, [network]);
  }

  paths(sql: Sql, ways: readonly Way[]): Promise<(SeenPath & Way)[]> {
    return sql.query(PATHS, [ways.map(({ node }) => node), ways.map(({ peer }) => peer)]);
  }

  async rooted(sql: Sql, nodes: readonly string[]): Promise<Set<string>> {
    const rows = await sql.query<{ node: string }[]>(ROOTED, [nodes]);
    return new Set(rows.map(({ node }) => node));
  }

  async udpBlocked(sql: Sql, nodes: readonly string[]): Promise<Set<string>> {
    const rows = await sql.query<{ node: string }[]>(BLOCKED, [nodes, UDP_BLOCKED]);
    return new Set(rows.map(({ node }) => node));
  }

  /** By address: the most ports of one IP address at which others reach it. */
  async ports(sql: Sql, addresses: readonly string[]): Promise<Map<string, number>> {
    const rows = await sql.query<{ peer: string; ports: number }[]>(PORTS, [addresses]);
    return new Map(rows.map(({ peer, ports }) => [peer, ports]));
  }
}
