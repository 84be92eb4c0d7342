import { Injectable } from '@nestjs/common';
import type {
  AdmissionPolicy,
  ControllerId,
  ControllerRecord,
  HostId,
  ItemId,
  Labels,
  NetworkConfig,
  NetworkId,
  NodeAddress,
  NodeId,
} from '@orrery/shared/contracts';
import { isDeepStrictEqual } from 'node:util';
import type { Sql } from '../database/sql.js';
import { holdersOf } from '../nodes/node-addresses.js';
import { wantedRoutes } from '../routes/announcements.js';
import { planAnnouncements, type Announcement, type AnnouncementPlan } from '../routes/plan-announcements.js';

/** A network that Orrery keeps: its desired state, and what was last put on its controller. */
export interface KeptNetwork {
  id: NetworkId;
  name: string;
  controllerId: ControllerId;
  config: NetworkConfig;
  admission: AdmissionPolicy;
  /** What is to be announced for routes by routers, besides the config. */
  plan: AnnouncementPlan;
  isApplied: boolean;
  /** Its records were read at least once. */
  isRead: boolean;
  now: number;
}

type NetworkRow = Omit<KeptNetwork, 'plan'> & {
  applied: Announcement[];
  switchingSince: number | null;
  hasRoutes: boolean;
};

/** How long nodes have to take what is announced: longer than a controller needs to tell them. */
const SETTLE_MS = 1000;

/** Everything known about one node in one network. */
export interface CandidateRow {
  address: NodeAddress;
  node: NodeId | null;
  host: HostId | null;
  item: ItemId | null;
  since: number | null;
  labels: Labels | null;
  /** Several nodes show it and it was assigned to none, so a person decides. */
  isContested: boolean;
  said: {
    verdict: 'authorize' | 'deny' | null;
    until: number | null;
    by: string;
    name: string | null;
    addresses: string[] | null;
    bridge: boolean | null;
    noAutoAssign: boolean | null;
    forget: boolean;
  } | null;
  /** The addresses on its interface, as its agent reports them. */
  seen: string[];
  record:
    | (ControllerRecord & {
        admittedBy: string | null;
        isRequested: boolean;
        wasSentAway: boolean;
        /** The fixed addresses that were last sent to the controller. */
        toldAddresses: string[] | null;
      })
    | null;
}

const ms = (column: string) => `(extract(epoch FROM ${column}) * 1000)::float8`;

/**
 * Our nodes that are or were desired in a network, with the address that counts as theirs (the view `node_addresses`).
 */
export const OURS = `
  SELECT m.network_id, m.node_id, m.host_id, m.item_id, n.address,
         CASE WHEN i.intent = 'present' THEN m.created_at END AS since, h.labels
    FROM memberships m JOIN items i ON i.id = m.item_id JOIN hosts h ON h.id = m.host_id AND h.removed_at IS NULL
    JOIN node_addresses n ON n.node_id = m.node_id`;

const ADDRESSES = {
  /** Every node that is in the network, asks to be, or is desired there. */
  all: `ours AS MATERIALIZED (${OURS} WHERE m.network_id = $1),
  a AS (SELECT address FROM ours WHERE address IS NOT NULL
        UNION SELECT address FROM verdicts WHERE network_id = $1
        UNION SELECT address FROM controller_records WHERE network_id = $1)`,
  /** Only these nodes, at a cost that does not grow with the network. */
  some: `holders AS MATERIALIZED (${holdersOf('$2')}),
  ours AS MATERIALIZED (${OURS} WHERE m.network_id = $1 AND m.node_id = ANY(ARRAY(SELECT node_id FROM holders))),
  a AS (SELECT DISTINCT unnest($2::text[]) AS address)`,
};

const candidates = (which: keyof typeof ADDRESSES) => `
  WITH ${ADDRESSES[which]}
  SELECT a.address, o.node_id AS node, o.host_id AS host, o.item_id AS item, ${ms('o.since')} AS since, o.labels,
         o.node_id IS NULL AND EXISTS (SELECT FROM node_addresses c WHERE c.shown = a.address AND c.standing = 'contested') AS "isContested",
         CASE WHEN v.address IS NOT NULL THEN jsonb_build_object(
           'verdict', v.verdict, 'until', ${ms('v.until')}, 'by', v.said_by, 'name', v.name, 'addresses', v.addresses,
           'bridge', v.bridge, 'noAutoAssign', v.no_auto_assign, 'forget', v.forget) END AS said,
         CASE WHEN r.address IS NOT NULL THEN jsonb_build_object(
           'address', r.address, 'authorized', r.authorized, 'name', r.name, 'addresses', r.addresses, 'bridge', r.bridge,
           'noAutoAssign', r.no_auto_assign, 'version', r.zerotier_version, 'admittedBy', r.admitted_by,
           'toldAddresses', r.told_addresses, 'isRequested', r.requested_at IS NOT NULL, 'wasSentAway', r.sent_away_at IS NOT NULL) END AS record,
         ARRAY(SELECT split_part(f.value, '/', 1) FROM interfaces i, jsonb_array_elements_text(i.observed -> 'addresses') AS f(value)
                WHERE i.node_id = o.node_id AND i.network_id = $1) AS seen
    FROM a LEFT JOIN ours o ON o.address = a.address
    LEFT JOIN verdicts v ON v.network_id = $1 AND v.address = a.address
    LEFT JOIN controller_records r ON r.network_id = $1 AND r.address = a.address
   ORDER BY a.address`;

/**
 * A launch waits for these statements. Each part is planned separately (MATERIALIZED), because planning them together
 * takes longer than running them.
 */
const STATEMENTS = {
  all: candidates('all'),
  some: candidates('some'),
  unsettled: `
    WITH ours AS MATERIALIZED (${OURS} WHERE m.host_id = $1)
    SELECT o.network_id AS network, o.address FROM ours o
      JOIN networks w ON w.id = o.network_id AND w.controller_id IS NOT NULL
      LEFT JOIN controller_records r ON r.network_id = o.network_id AND r.address = o.address
      LEFT JOIN verdicts v ON v.network_id = o.network_id AND v.address = o.address
     WHERE o.address IS NOT NULL AND CASE
       WHEN o.since IS NULL THEN r.authorized AND r.admitted_by IS NOT NULL AND w.admission ->> 'onLeave' = 'deauthorize'
       ELSE r.authorized IS DISTINCT FROM true AND v.verdict IS NULL AND w.admission ->> 'by' <> 'manual' END`,
};

/** Reads everything known about the nodes that are in a network, are desired there, or ask to be. */
@Injectable()
export class Candidates {
  async network(sql: Sql, id: NetworkId): Promise<KeptNetwork | undefined> {
    const rows = await sql.query<NetworkRow[]>(
      `SELECT w.id, w.name, w.controller_id AS "controllerId", w.config, w.admission,
              COALESCE(t.applied_config = w.config AND t.applied_name = w.name, false) AS "isApplied",
              COALESCE(t.applied_routes, '[]') AS applied, ${ms('t.switching_since')} AS "switchingSince",
              EXISTS (SELECT FROM routes r WHERE r.network_id = w.id) AS "hasRoutes",
              t.read_at IS NOT NULL AS "isRead", ${ms('clock_timestamp()')} AS now
         FROM networks w LEFT JOIN network_status t ON t.network_id = w.id WHERE w.id = $1 AND w.controller_id IS NOT NULL`,
      [id],
    );
    const [row] = rows;
    if (!row) return undefined;
    const { applied, switchingSince, hasRoutes, isApplied, ...network } = row;
    const { config, now } = network;
    const isSettling = switchingSince !== null && now - switchingSince < SETTLE_MS;
    const routes = hasRoutes ? await wantedRoutes(sql, id, config) : [];
    const plan = planAnnouncements(routes, applied, { isSettling, others: config.routes.length });
    const isToldOf = plan.isSwitching === (switchingSince !== null) && isDeepStrictEqual(plan.announcements, applied);
    return { ...network, plan, isApplied: isApplied && isToldOf };
  }

  /** Networks in which a route is switched whose nodes have had time to take its new form. One whose controller is away waits for that. */
  async switched(sql: Sql): Promise<NetworkId[]> {
    const rows = await sql.query<{ id: NetworkId }[]>(
      `SELECT network_id AS id FROM network_status WHERE switching_since <= clock_timestamp() - interval '${SETTLE_MS} ms' AND cause IS NULL`,
    );
    return rows.map(({ id }) => id);
  }

  /** Only these addresses, or all addresses in the network if null. */
  candidates(sql: Sql, network: NetworkId, addresses: readonly NodeAddress[] | null): Promise<CandidateRow[]> {
    return addresses === null ? sql.query(STATEMENTS.all, [network]) : sql.query(STATEMENTS.some, [network, addresses]);
  }

  async networksOf(sql: Sql, controller: ControllerId): Promise<NetworkId[]> {
    const rows = await sql.query<{ id: NetworkId }[]>('SELECT id FROM networks WHERE controller_id = $1 ORDER BY id', [
      controller,
    ]);
    return rows.map(({ id }) => id);
  }

  /** Networks whose controllers may still announce a route by a router that is to end on this host. */
  async networksOfEnds(sql: Sql, host: HostId): Promise<NetworkId[]> {
    const rows = await sql.query<{ id: NetworkId }[]>(
      `SELECT DISTINCT r.network_id AS id FROM routers r JOIN items i ON i.id = r.item_id AND i.intent = 'absent'
         JOIN network_status t ON t.network_id = r.network_id AND t.applied_routes @> jsonb_build_array(jsonb_build_object('node', r.node_id))
        WHERE r.host_id = $1`,
      [host],
    );
    return rows.map(({ id }) => id);
  }

  /** Desired changes to a host's nodes that their controller may not know yet. */
  unsettled(sql: Sql, host: HostId): Promise<{ network: NetworkId; address: NodeAddress }[]> {
    return sql.query(STATEMENTS.unsettled, [host]);
  }
}
