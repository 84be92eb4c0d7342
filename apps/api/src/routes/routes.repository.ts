import { Injectable } from '@nestjs/common';
import type {
  HostId,
  KeptRoute,
  LanCheck,
  Name,
  NetworkConfig,
  NetworkId,
  NodeId,
  RouteId,
  RouteQuery,
  RouteVia,
} from '@orrery/shared/contracts';
import { toldOutcome, type ToldOutcome } from '../commands/outcomes.js';
import { nextVersion, type Sql, type Transaction } from '../database/sql.js';
import { NAMED_NODES } from '../nodes/named-nodes.js';
import { hostRef, iso, nodeRef } from '../paging/columns.js';
import { Keyset } from '../paging/keyset.js';
import { Where } from '../paging/where.js';
import { shownAddresses, STATUS_OF_ROUTER } from './announcements.js';
import type { ServingRouter, Watching } from './decide-serving.js';
import type { DaemonInNetwork } from './who-takes-it.js';
import type { Announcement } from './plan-announcements.js';

/** A route as the database has it. Its state is computed from it. */
export type RouteRow = Omit<KeptRoute, 'state' | 'cause' | 'router' | 'announced' | 'findings' | 'via' | 'check'> & {
  check: LanCheck | null;
  /** The router that is to carry it. */
  nodeId: NodeId | null;
  /** Since its last failover. */
  failedOverAgoMs: number | null;
  via: RouterRow[];
  /** Of the network. */
  routes: NetworkConfig['routes'];
  /** What its controller was told; empty if it has lost the network. */
  applied: Announcement[];
  /** A self-hosted controller of the network, with its host; null: Central, or its node is gone. */
  controller: { name: string; host: HostId } | null;
  /** It is known not to answer, so nothing can be announced now. */
  isControllerAway: boolean;
  /** Why the controller does not have the network as it should be. */
  controllerCause: string | null;
};

type RouterRow = Omit<RouteVia, 'outcome' | 'address'> & {
  hostId: HostId;
  shown: string[];
  outcome: ToldOutcome | null;
  heard: Pick<ServingRouter, 'down' | 'isPresent' | 'isOnline' | 'peerAnswers' | 'peerNeverAnswered' | 'lanAnswers'>;
  /** What its item says; null: its item is not to be there. */
  told: Watching | null;
};

/** A route of a network, with its routers in order of preference. */
export interface RouteOfNetwork {
  id: RouteId;
  target: string;
  nodes: NodeId[];
  check: LanCheck | null;
}

const BY_NETWORK = new Keyset([{ sql: 'r.network_id' }, { sql: 'r.target' }]);

/** What its own agent, and the API, know of a router; the joins are those of `SELECT`. What it hears is about its item as it is now. */
const HEARD = `jsonb_build_object(
  'down', CASE WHEN c.node_id IS NULL THEN 'its container is not there' WHEN c.observed ->> 'state' <> 'running' THEN 'its container does not run'
               WHEN d.state = 'down' THEN 'its zerotier-one does not run' END,
  'isPresent', COALESCE(h.presence = 'online', false), 'isOnline', COALESCE(d.online, false),
  'peerAnswers', CASE WHEN s.revision = i.revision THEN o.observed -> 'peerAnswers' END,
  'peerNeverAnswered', COALESCE((o.observed -> 'peerNeverAnswered')::boolean, false),
  'lanAnswers', CASE WHEN s.item_id IS NOT NULL THEN o.observed -> 'lanAnswers' END)`;
const TOLD = `CASE WHEN i.intent = 'present' THEN jsonb_strip_nulls(jsonb_build_object('watch', i.body -> 'watch', 'check', i.body -> 'check')) END`;

const SELECT = `
  SELECT r.id, jsonb_build_object('id', w.id, 'name', w.name) AS network, r.target, r.node_id AS "nodeId",
         r.lan_check AS "check", ${iso('r.serving_since')} AS since,
         (EXTRACT(EPOCH FROM clock_timestamp() - r.failed_over_at) * 1000)::float8 AS "failedOverAgoMs",
         (SELECT COALESCE(jsonb_agg(jsonb_build_object(
                   'host', n.host_name, 'hostId', n.host_id, 'container', split_part(n.name, '/', 2), 'node', ${nodeRef('n')},
                   'launched', COALESCE(x.launched, false), 'shown', ${shownAddresses('n.id', 'r.network_id')},
                   'outcome', ${toldOutcome('s.outcome', 's.item_id')}, 'heard', ${HEARD}, 'told', ${TOLD}) ORDER BY u.place), '[]')
            FROM route_routers u JOIN ${NAMED_NODES} n ON n.id = u.node_id
            LEFT JOIN routers x ON x.node_id = u.node_id AND x.network_id = r.network_id
            LEFT JOIN items i ON i.id = x.item_id
            ${STATUS_OF_ROUTER}
            LEFT JOIN host_status h ON h.host_id = n.host_id
            LEFT JOIN container_status c ON c.node_id = n.id LEFT JOIN node_status d ON d.node_id = n.id
            LEFT JOIN router_status o ON o.node_id = n.id
           WHERE u.route_id = r.id) AS via,
         w.config -> 'routes' AS routes,
         (SELECT jsonb_build_object('name', o.name, 'host', n.host_id) FROM controllers o JOIN nodes n ON n.id = o.node_id
           WHERE o.id = w.controller_id) AS controller,
         (SELECT COALESCE(jsonb_agg(a), '[]') FROM jsonb_array_elements(t.applied_routes) AS a
           WHERE a ->> 'route' = r.id AND t.applied_config IS NOT NULL) AS applied,
         COALESCE(q.state IN ('away', 'absent', 'moved'), false) AS "isControllerAway", t.cause AS "controllerCause", ${iso('r.created_at')} AS "createdAt", r.version, ${BY_NETWORK.key}
    FROM routes r JOIN networks w ON w.id = r.network_id LEFT JOIN network_status t ON t.network_id = w.id
    LEFT JOIN controller_status q ON q.controller_id = w.controller_id`;

@Injectable()
export class RoutesRepository {
  list(sql: Sql, query: RouteQuery, network: NetworkId | undefined) {
    return BY_NETWORK.page<RouteRow>(sql, SELECT, new Where().andIf(network, 'r.network_id = $?'), query);
  }

  async get(sql: Sql, id: RouteId): Promise<RouteRow | undefined> {
    const rows = await sql.query<RouteRow[]>(`${SELECT} WHERE r.id = $1`, [id]);
    return rows[0];
  }

  /** Whole, as they are read one by one. */
  rowsOf(sql: Sql, network: NetworkId): Promise<RouteRow[]> {
    return sql.query(`${SELECT} WHERE r.network_id = $1 ORDER BY r.target`, [network]);
  }

  /** By its ID or its target. */
  async find(sql: Sql, network: NetworkId, reference: string): Promise<RouteId | undefined> {
    const rows = await sql.query<{ id: RouteId }[]>(
      'SELECT id FROM routes WHERE network_id = $1 AND (id = $2 OR target = $2)',
      [network, reference],
    );
    return rows[0]?.id;
  }

  /** All of a network, by target. */
  async ofNetwork(sql: Sql, network: NetworkId): Promise<RouteOfNetwork[]> {
    return sql.query(
      `SELECT r.id, r.target, r.lan_check AS "check", ARRAY(SELECT u.node_id FROM route_routers u WHERE u.route_id = r.id ORDER BY u.place) AS nodes
         FROM routes r WHERE r.network_id = $1 ORDER BY r.target`,
      [network],
    );
  }

  async nodesOf(sql: Sql, id: RouteId): Promise<NodeId[]> {
    const rows = await sql.query<{ node: NodeId }[]>('SELECT node_id AS node FROM route_routers WHERE route_id = $1', [
      id,
    ]);
    return rows.map(({ node }) => node);
  }

  async hostsOf(sql: Sql, nodes: readonly NodeId[]): Promise<HostId[]> {
    const rows = await sql.query<{ host: HostId }[]>('SELECT DISTINCT host_id AS host FROM nodes WHERE id = ANY($1)', [
      nodes,
    ]);
    return rows.map(({ host }) => host);
  }

  /** Hosts whose own daemon is in the network or should be, with what they reach otherwise and what it accepts. */
  daemonsIn(sql: Sql, network: NetworkId): Promise<DaemonInNetwork[]> {
    return sql.query(
      `SELECT ${hostRef('h.id', 'h.name')} AS host, s.prefixes, i.body -> 'settings' -> 'allowManaged' AS "allowManaged",
              COALESCE((i.body -> 'settings' -> 'allowDefault')::boolean, false) AS "allowDefault", NULLIF(o.observed -> 'allowManagedList', 'null') AS list,
              (SELECT COALESCE(jsonb_agg(r ->> 'target'), '[]') FROM interfaces f, jsonb_array_elements(f.observed -> 'routes') AS r
                WHERE f.node_id = h.node_id AND f.network_id = $1) AS "ofNetwork"
         FROM hosts h LEFT JOIN host_status s ON s.host_id = h.id AND h.key_revoked_at IS NULL
         LEFT JOIN memberships m ON m.node_id = h.node_id AND m.network_id = $1
         LEFT JOIN items i ON i.id = m.item_id AND i.intent = 'present'
         LEFT JOIN membership_status o ON o.node_id = h.node_id AND o.network_id = $1
        WHERE h.removed_at IS NULL AND (i.id IS NOT NULL OR o.node_id IS NOT NULL)
        ORDER BY h.name`,
      [network],
    );
  }

  /** What people have decided about a route. */
  async decided(sql: Sql, network: NetworkId, target: string): Promise<object | undefined> {
    const rows = await sql.query<object[]>(
      `SELECT (SELECT n.name FROM ${NAMED_NODES} n WHERE n.id = r.node_id) AS router,
              ARRAY(SELECT n.name FROM route_routers u JOIN ${NAMED_NODES} n ON n.id = u.node_id WHERE u.route_id = r.id ORDER BY u.place) AS via,
              r.lan_check ->> 'address' || COALESCE(':' || (r.lan_check ->> 'port'), '') AS "check"
         FROM routes r WHERE r.network_id = $1 AND r.target = $2`,
      [network, target],
    );
    return rows[0];
  }

  /** `nodes` in order of preference: the first is to carry it. */
  async add(tx: Transaction, { id, target, nodes, check }: RouteOfNetwork, network: NetworkId): Promise<void> {
    await tx.query('INSERT INTO routes (id, network_id, target, node_id, lan_check) VALUES ($1, $2, $3, $4, $5)', [
      ...[id, network, target, nodes[0], check && JSON.stringify(check)],
    ]);
    await tx.query(
      `INSERT INTO route_routers (route_id, node_id, place)
       SELECT $1, node, place FROM unnest($2::text[]) WITH ORDINALITY AS u(node, place)`,
      [id, nodes],
    );
  }

  /** `isAsked`: a person switches it. */
  async switchTo(tx: Transaction, id: RouteId, node: NodeId, { isAsked }: { isAsked: boolean }): Promise<void> {
    await tx.query(
      `UPDATE routes SET node_id = $2, serving_since = now(), version = ${nextVersion()},
              failed_over_at = CASE WHEN $3 THEN failed_over_at ELSE now() END WHERE id = $1`,
      [id, node, isAsked],
    );
  }

  async remove(tx: Transaction, id: RouteId): Promise<void> {
    await tx.query('DELETE FROM routes WHERE id = $1', [id]);
  }

  /** The name of the container of a node, and its host. */
  async place(tx: Transaction, node: NodeId): Promise<{ id: HostId; name: Name; container: Name } | undefined> {
    const rows = await tx.query<{ id: HostId; name: Name; container: Name }[]>(
      `SELECT h.id, h.name, c.name AS container FROM containers c JOIN hosts h ON h.id = c.host_id AND h.removed_at IS NULL
        WHERE c.node_id = $1`,
      [node],
    );
    return rows[0];
  }

  /** Whether the node is a router of another network as well. */
  async isRouterElsewhere(tx: Transaction, node: NodeId, network: NetworkId): Promise<boolean> {
    const [other] = await tx.query<object[]>(
      `SELECT FROM routers r JOIN items i ON i.id = r.item_id AND i.intent = 'present'
        WHERE r.node_id = $1 AND r.network_id <> $2 LIMIT 1`,
      [node, network],
    );
    return other !== undefined;
  }
}
