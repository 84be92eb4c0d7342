import { Injectable } from '@nestjs/common';
import type {
  Admission,
  AdmissionPolicy,
  AdmissionQuery,
  NetworkConfig,
  NetworkId,
  NodeAddress,
} from '@orrery/shared/contracts';
import type { Sql } from '../database/sql.js';
import { NAMED_NODES } from '../nodes/named-nodes.js';
import { hostRef, iso, nodeRef } from '../paging/columns.js';
import { Keyset, toPage } from '../paging/keyset.js';
import { Where } from '../paging/where.js';
import { parseSelector, whereSelector } from '../paging/selector-sql.js';
import { OURS } from './admission.repository.js';

/** One row as the database has it: what is decided is computed from it. */
export interface AdmissionRow extends Omit<Admission, 'decision' | 'pending' | 'stale'> {
  policy: AdmissionPolicy;
  since: number | null;
  labels: Record<string, string> | null;
  admittedBy: string | null;
  wasSentAway: boolean;
  now: number;
}

const BY_ADDRESS = new Keyset([{ sql: 'x.network_id' }, { sql: `COALESCE(x.address, '~' || x.node_id)` }]);

/** Networks that Orrery keeps: everyone with a record, a word of a person, or a wish. */
const SELECT = `
  WITH ours AS (${OURS}),
  said AS (SELECT network_id, address FROM verdicts UNION SELECT network_id, address FROM controller_records),
  x AS (SELECT COALESCE(o.network_id, a.network_id) AS network_id, COALESCE(o.address, a.address) AS address, o.node_id, o.since, o.labels
          FROM ours o FULL JOIN said a ON a.network_id = o.network_id AND a.address = o.address)
  SELECT jsonb_build_object('id', w.id, 'name', w.name) AS network, x.address,
         CASE WHEN n.id IS NOT NULL THEN ${nodeRef('n')} END AS node,
         CASE WHEN n.id IS NOT NULL THEN ${hostRef('n.host_id', 'n.host_name')} END AS host,
         CASE WHEN v.verdict IS NOT NULL THEN jsonb_build_object('verdict', v.verdict, 'by', v.said_by, 'at', ${iso('v.said_at')},
           'until', ${iso('v.until')}) END AS verdict,
         CASE WHEN r.address IS NOT NULL THEN jsonb_build_object('authorized', r.authorized, 'name', r.name, 'addresses', r.addresses,
           'bridge', r.bridge, 'noAutoAssign', r.no_auto_assign, 'hasAsked', r.zerotier_version IS NOT NULL,
           'zerotierVersion', r.zerotier_version, 'seenAt', ${iso('r.seen_at')}) END AS controller,
         CASE WHEN s.node_id IS NOT NULL THEN jsonb_build_object('status', s.status,
           'addresses', COALESCE(f.observed -> 'addresses', '[]')) END AS observed,
         w.admission AS policy, (extract(epoch FROM x.since) * 1000)::float8 AS since, x.labels, r.admitted_by AS "admittedBy",
         r.sent_away_at IS NOT NULL AS "wasSentAway",
         (extract(epoch FROM now()) * 1000)::float8 AS now, ${BY_ADDRESS.key}
    FROM x JOIN networks w ON w.id = x.network_id AND w.controller_id IS NOT NULL
    LEFT JOIN verdicts v ON v.network_id = x.network_id AND v.address = x.address
    LEFT JOIN controller_records r ON r.network_id = x.network_id AND r.address = x.address
    LEFT JOIN LATERAL (SELECT node_id FROM node_status WHERE address = x.address ORDER BY updated_at DESC LIMIT 1) a ON true
    LEFT JOIN ${NAMED_NODES} n ON n.id = COALESCE(x.node_id, a.node_id)
    LEFT JOIN membership_status s ON s.node_id = n.id AND s.network_id = x.network_id
    LEFT JOIN interfaces f ON f.node_id = n.id AND f.network_id = x.network_id`;

@Injectable()
export class AdmissionsRepository {
  async list(sql: Sql, { pending, stale, ...query }: AdmissionQuery, network: NetworkId | undefined) {
    const where = new Where().andIf(network, 'x.network_id = $?');
    // What is decided beside that is computed: a page may be shorter than asked for, and `next` is right.
    if (pending) where.and('NOT r.authorized AND r.zerotier_version IS NOT NULL AND v.verdict IS NULL');
    if (stale) where.and('NOT r.authorized AND x.since IS NULL AND v.verdict IS NULL');
    const tail = BY_ADDRESS.page(where, query);
    return toPage(
      await sql.query<(AdmissionRow & { key: string[] })[]>(`${SELECT} ${where.sql} ${tail}`, where.values),
      query.limit,
    );
  }

  of(sql: Sql, network: NetworkId, addresses: readonly NodeAddress[]): Promise<AdmissionRow[]> {
    const where = 'WHERE x.network_id = $1 AND x.address = ANY($2) ORDER BY x.address';
    return sql.query(`${SELECT} ${where}`, [network, addresses]);
  }

  /** Addresses of nodes that are wanted in the network, on hosts that match. */
  async wanted(sql: Sql, network: NetworkId, selector: string): Promise<NodeAddress[]> {
    const where = new Where().and('o.network_id = $? AND o.since IS NOT NULL AND o.address IS NOT NULL', network);
    whereSelector(where, parseSelector(selector), 'o.labels');
    const rows = await sql.query<{ address: NodeAddress }[]>(
      `SELECT DISTINCT o.address FROM (${OURS}) o ${where.sql}`,
      where.values,
    );
    return rows.map(({ address }) => address);
  }

  /** The address of a node: that it shows, else that it is to have. */
  async addressOf(sql: Sql, node: string): Promise<NodeAddress | undefined> {
    const rows = await sql.query<{ address: NodeAddress | null }[]>(
      `SELECT COALESCE(s.address, d.address) AS address FROM nodes n LEFT JOIN node_status s ON s.node_id = n.id
         LEFT JOIN identities d ON d.node_id = n.id AND d.state = 'assigned' WHERE n.id = $1`,
      [node],
    );
    return rows[0]?.address ?? undefined;
  }

  /** Undefined: Orrery does not keep this network. */
  async config(sql: Sql, network: NetworkId): Promise<NetworkConfig | undefined> {
    const rows = await sql.query<{ config: NetworkConfig }[]>(
      'SELECT config FROM networks WHERE id = $1 AND config IS NOT NULL',
      [network],
    );
    return rows[0]?.config;
  }

  /** Whose record has one of these addresses already. */
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
