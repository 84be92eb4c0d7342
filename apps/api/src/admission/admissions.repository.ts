import { Injectable } from '@nestjs/common';
import type {
  Admission,
  AdmissionPolicy,
  AdmissionQuery,
  NetworkConfig,
  NetworkId,
  NodeAddress,
  NodeId,
} from '@orrery/shared/contracts';
import type { Sql } from '../database/sql.js';
import { NAMED_NODES } from '../nodes/named-nodes.js';
import { holdersOf } from '../nodes/node-addresses.js';
import { hostRef, iso, nodeRef } from '../paging/columns.js';
import { Keyset } from '../paging/keyset.js';
import { Where } from '../paging/where.js';
import { parseSelector, whereSelector } from '../paging/selector-sql.js';
import { OURS } from './candidates.repository.js';
import { isSpokenFor, type Named } from './verdicts.js';

/** One row from the database, from which the decision is computed. */
export interface AdmissionRow extends Omit<Admission, 'decision' | 'pending' | 'stale'> {
  policy: AdmissionPolicy;
  since: number | null;
  labels: Record<string, string> | null;
  admittedBy: string | null;
  wasSentAway: boolean;
  isContested: boolean;
  now: number;
}

/** A node with its address, as far as a network is concerned. */
export interface NodeAddressRow {
  /** The address that its agent reports. */
  shown: NodeAddress | null;
  /** The address that counts as its own. */
  address: NodeAddress | null;
  standing: 'given' | 'taken' | 'contested' | 'alone' | null;
  /** Someone has decided about the address without naming the node. */
  isSpokenFor: boolean;
}

const BY_ADDRESS = new Keyset([{ sql: 'x.network_id' }, { sql: `COALESCE(x.address, '~' || x.node_id)` }]);

/**
 * A record is written only when it changes. The time of the last reading is noted once for all records of a network, so
 * the newest of these times is when the record was last seen.
 */
const SEEN_AT = `GREATEST(r.seen_at, t.read_at, CASE WHEN q.state = 'up' AND t.cause IS NULL THEN q.checked_at END)`;

/** Nodes in networks that Orrery keeps: those with a record or a verdict, and those that are desired there. */
const SELECT = `
  WITH ours AS (${OURS}),
  said AS (SELECT network_id, address FROM verdicts UNION SELECT network_id, address FROM controller_records),
  x AS (SELECT COALESCE(o.network_id, a.network_id) AS network_id, COALESCE(o.address, a.address) AS address, o.node_id, o.since, o.labels
          FROM ours o FULL JOIN said a ON a.network_id = o.network_id AND a.address = o.address)
  SELECT jsonb_build_object('id', w.id, 'name', w.name) AS network, x.address,
         x.node_id IS NULL AND EXISTS (SELECT FROM node_addresses c WHERE c.shown = x.address AND c.standing = 'contested') AS "isContested",
         CASE WHEN n.id IS NOT NULL THEN ${nodeRef('n')} END AS node,
         CASE WHEN n.id IS NOT NULL THEN ${hostRef('n.host_id', 'n.host_name')} END AS host,
         CASE WHEN v.verdict IS NOT NULL THEN jsonb_build_object('verdict', v.verdict, 'by', v.said_by, 'at', ${iso('v.said_at')},
           'until', ${iso('v.until')}) END AS verdict,
         CASE WHEN num_nonnulls(v.name, v.addresses, v.bridge, v.no_auto_assign) > 0 THEN jsonb_build_object('name', v.name,
           'addresses', v.addresses, 'bridge', v.bridge, 'noAutoAssign', v.no_auto_assign) END AS record,
         CASE WHEN r.address IS NOT NULL THEN jsonb_build_object('authorized', r.authorized, 'name', r.name, 'addresses', r.addresses,
           'bridge', r.bridge, 'noAutoAssign', r.no_auto_assign, 'hasAsked', r.zerotier_version IS NOT NULL,
           'zerotierVersion', r.zerotier_version, 'seenAt', ${iso(SEEN_AT)}) END AS controller,
         CASE WHEN s.node_id IS NOT NULL THEN jsonb_build_object('status', s.status,
           'addresses', COALESCE(f.observed -> 'addresses', '[]')) END AS observed,
         COALESCE(v.version, 0) AS version, w.admission AS policy, (extract(epoch FROM x.since) * 1000)::float8 AS since, x.labels, r.admitted_by AS "admittedBy",
         r.sent_away_at IS NOT NULL AS "wasSentAway",
         (extract(epoch FROM now()) * 1000)::float8 AS now, ${BY_ADDRESS.key}
    FROM x JOIN networks w ON w.id = x.network_id AND w.controller_id IS NOT NULL
    LEFT JOIN verdicts v ON v.network_id = x.network_id AND v.address = x.address
    LEFT JOIN controller_records r ON r.network_id = x.network_id AND r.address = x.address
    LEFT JOIN network_status t ON t.network_id = x.network_id
    LEFT JOIN controller_status q ON q.controller_id = w.controller_id
    LEFT JOIN node_addresses a ON x.node_id IS NULL AND a.address = x.address AND a.node_id IN (${holdersOf('ARRAY[x.address]')})
    LEFT JOIN ${NAMED_NODES} n ON n.id = COALESCE(x.node_id, a.node_id)
    LEFT JOIN membership_status s ON s.node_id = n.id AND s.network_id = x.network_id
    LEFT JOIN interfaces f ON f.node_id = n.id AND f.network_id = x.network_id`;

@Injectable()
export class AdmissionsRepository {
  async list(sql: Sql, { pending, stale, ...query }: AdmissionQuery, network: NetworkId | undefined) {
    const where = new Where().andIf(network, 'x.network_id = $?');
    // The rest of the decision is computed later, so a page may be shorter than requested; `next` is still right.
    if (pending) where.and('NOT r.authorized AND r.zerotier_version IS NOT NULL AND v.verdict IS NULL');
    if (stale) where.and('NOT r.authorized AND x.since IS NULL AND v.verdict IS NULL');
    return BY_ADDRESS.page<AdmissionRow>(sql, SELECT, where, query);
  }

  of(sql: Sql, network: NetworkId, addresses: readonly NodeAddress[]): Promise<AdmissionRow[]> {
    const where = 'WHERE x.network_id = $1 AND x.address = ANY($2) ORDER BY x.address';
    return sql.query(`${SELECT} ${where}`, [network, addresses]);
  }

  /** The verdict of people on one node; undefined if there is none. */
  async said(sql: Sql, network: NetworkId, address: NodeAddress): Promise<object | undefined> {
    const rows = await sql.query<object[]>(
      `SELECT verdict, ${iso('until')} AS until, name, addresses, bridge, no_auto_assign AS "noAutoAssign", forget
         FROM verdicts WHERE network_id = $1 AND address = $2`,
      [network, address],
    );
    return rows[0];
  }

  /** Locks the decisions about this node in this network until the end of the transaction. */
  async hold(sql: Sql, network: NetworkId, address: NodeAddress): Promise<void> {
    await sql.query(`SELECT pg_advisory_xact_lock(hashtextextended('admission ' || $1 || ' ' || $2, 0))`, [
      network,
      address,
    ]);
  }

  /** Finds a node's rows by the node itself, whether or not its address is known yet. */
  ofNode(sql: Sql, network: NetworkId, node: NodeId): Promise<AdmissionRow[]> {
    return sql.query(`${SELECT} WHERE x.network_id = $1 AND n.id = $2 ORDER BY x.address`, [network, node]);
  }

  /** Nodes on matching hosts that are desired in the network and whose addresses are certainly their own. */
  async wanted(sql: Sql, network: NetworkId, selector: string): Promise<Named[]> {
    const where = new Where()
      .and('o.network_id = $? AND o.since IS NOT NULL AND o.address IS NOT NULL', network)
      .and(`n.standing IS DISTINCT FROM 'taken' AND n.standing IS DISTINCT FROM 'contested'`)
      .and(`NOT ${isSpokenFor('n', 'o.network_id')}`);
    whereSelector(where, parseSelector(selector), 'o.labels');
    return sql.query(
      `SELECT o.address, o.node_id AS node FROM (${OURS}) o JOIN node_addresses n ON n.node_id = o.node_id ${where.sql}`,
      where.values,
    );
  }

  async addressOf(sql: Sql, network: NetworkId, node: NodeId): Promise<NodeAddressRow | undefined> {
    const rows = await sql.query<NodeAddressRow[]>(
      `SELECT n.shown, n.address, n.standing, ${isSpokenFor('n', '$2')} AS "isSpokenFor" FROM node_addresses n WHERE n.node_id = $1`,
      [node, network],
    );
    return rows[0];
  }

  /** Undefined if Orrery does not keep this network. */
  async config(sql: Sql, network: NetworkId): Promise<NetworkConfig | undefined> {
    const rows = await sql.query<{ config: NetworkConfig }[]>(
      'SELECT config FROM networks WHERE id = $1 AND config IS NOT NULL',
      [network],
    );
    return rows[0]?.config;
  }

  /** The nodes whose records already have one of these addresses. */
  async holders(sql: Sql, network: NetworkId, addresses: readonly string[], except: NodeAddress) {
    return sql.query<{ address: NodeAddress; has: string }[]>(
      `SELECT r.address, f.has FROM controller_records r, jsonb_array_elements_text(r.addresses) AS f(has)
        WHERE r.network_id = $1 AND f.has = ANY($2) AND r.address <> $3
       UNION SELECT v.address, f.has FROM verdicts v, jsonb_array_elements_text(v.addresses) AS f(has)
        WHERE v.network_id = $1 AND f.has = ANY($2) AND v.address <> $3`,
      [network, addresses, except],
    );
  }
}
