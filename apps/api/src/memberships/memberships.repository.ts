import { Injectable } from '@nestjs/common';
import type { HostId, Membership, MembershipQuery, NetworkId, NodeId } from '@orrery/shared/contracts';
import { showing, toldMembership } from '../commands/outcomes.js';
import type { Sql } from '../database/sql.js';
import { hostRef, iso, nodeRef } from '../paging/columns.js';
import { mapPage } from '../paging/keyset.js';
import { Orders, orOldest } from '../paging/orders.js';
import { contains, patternOf, Where } from '../paging/where.js';
import { aboutColumns } from '../remedies/remedy-about.js';
import { membershipNeedsAttention } from '../topology/needs-attention.js';
import { BY_NODE_NAME, NAMED_NODES, nodeName } from '../nodes/named-nodes.js';

export interface MembershipFilter {
  host?: HostId | undefined;
  node?: NodeId | undefined;
  network?: NetworkId | undefined;
}

const ORDERS = new Orders([...BY_NODE_NAME, { sql: 'x.network_id' }], {
  node: BY_NODE_NAME,
  network: [{ sql: 'x.network_id' }],
  status: [{ sql: "COALESCE(x.status, '')" }],
  outcome: [{ sql: "COALESCE(o.outcome ->> 'kind', '')" }],
  updatedAt: [orOldest('GREATEST(x.updated_at, f.updated_at)')],
});

/** Tables that only these orders need. */
const ORDERED_BY: Record<string, string> = {
  outcome: `LEFT JOIN items i ON i.id = x.item_id LEFT JOIN item_status o ON o.item_id = i.id AND o.revision = i.revision`,
  updatedAt: `LEFT JOIN (SELECT node_id, network_id, max(updated_at) AS updated_at FROM interfaces GROUP BY node_id, network_id) f
    ON f.node_id = x.node_id AND f.network_id = x.network_id`,
};

/** Sets, each found once, because a membership has little text of its own. `text`: a parameter with a pattern. */
const search = (text: string) => `
  n.id IN (SELECT t.id FROM ${NAMED_NODES} t WHERE ${contains('t.name', text)})
  OR n.id IN (SELECT t.node_id FROM node_addresses t
               WHERE (${contains('t.shown', text)} OR ${contains('t.given', text)}) AND ${contains('t.address', text)})
  OR (n.id, x.network_id) IN (SELECT t.node_id, t.network_id FROM interfaces t
                               WHERE ${contains(`translate((t.observed -> 'addresses')::text, '[]",', '')`, text)})
  OR x.network_id IN (SELECT t.id FROM networks t WHERE ${contains('t.name', text)})
  OR ${contains('x.network_id', text)} OR ${contains('x.observed_name', text)}`;

/** The memberships that are desired or reported, found by an index on either side. `terms`: of both tables. */
const found = (terms: readonly string[]) => {
  const side = (table: string) => `(SELECT * FROM ${table}${terms.length > 0 ? ` WHERE ${terms.join(' AND ')}` : ''})`;
  return `(
    SELECT COALESCE(m.node_id, s.node_id) AS node_id, COALESCE(m.network_id, s.network_id) AS network_id,
           m.item_id, m.version, s.status, s.name AS observed_name, s.observed, s.updated_at
      FROM ${side('memberships')} m
      FULL JOIN ${side('membership_status')} s ON s.node_id = m.node_id AND s.network_id = m.network_id)`;
};

const COLUMNS = `n.id, n.own_name, n.kind, n.host_id, n.host_name, n.container_id, n.simulated, x.network_id,
  x.item_id, x.version, x.status, x.observed_name, x.observed, x.updated_at`;

const OUTCOME = toldMembership(
  'o.outcome',
  {
    ...{ node: 'p.name', address: 'a.address', network: 'p.network_id', networkName: 'w.name' },
    ...{ controller: 'w.controller_id', verdict: 'v.verdict', saidBy: 'v.said_by' },
    ...{ authorized: 'r.authorized', policy: "w.admission ->> 'by'" },
  },
  aboutColumns('p', 'w', 'p.network_id'),
);

/**
 * Desired, observed, or both: a membership that is not desired is `managed: false`. Addresses and routes are the
 * kernel's. A host may report two devices for one network; the one that the daemon names counts.
 */
const ROWS = `
  SELECT ${nodeRef('p')} AS node, ${hostRef('p.host_id', 'p.host_name')} AS host,
         jsonb_build_object('id', p.network_id, 'name', COALESCE(w.name, NULLIF(p.observed_name, ''))) AS network,
         p.simulated, p.item_id IS NOT NULL AS managed, i.intent, i.body -> 'settings' AS settings,
         ${OUTCOME} AS outcome, p.status,
         p.observed ->> 'device' AS device, COALESCE(p.observed -> 'addresses', '[]') AS "assignedAddresses",
         COALESCE(f.observed -> 'addresses', '[]') AS addresses, (f.observed ->> 'up')::boolean AS "interfaceUp",
         COALESCE(f.observed -> 'routes', '[]') AS routes, ns.heard, ${iso('ns.heard_since')} AS "heardSince",
         CASE WHEN r.address IS NOT NULL THEN jsonb_build_object('authorized', r.authorized, 'addresses', r.addresses) END AS controller,
         ${iso('GREATEST(p.updated_at, f.updated_at)')} AS "updatedAt", p.version, p.key
    FROM (SELECT page.*, ${nodeName('page')} AS name FROM page) p
    LEFT JOIN items i ON i.id = p.item_id
    LEFT JOIN item_status o ON o.item_id = i.id AND o.revision = i.revision
    LEFT JOIN LATERAL (
      SELECT (array_agg(d.observed ORDER BY d.device <> COALESCE(p.observed ->> 'device', ''), d.device))[1] AS observed, max(d.updated_at) AS updated_at
        FROM interfaces d WHERE d.node_id = p.id AND d.network_id = p.network_id) f ON true
    LEFT JOIN node_status ns ON ns.node_id = p.id
    LEFT JOIN networks w ON w.id = p.network_id
    LEFT JOIN LATERAL (SELECT na.address FROM node_addresses na WHERE na.node_id = p.id LIMIT 1) a ON true
    LEFT JOIN controller_records r ON r.network_id = p.network_id AND r.address = a.address
    LEFT JOIN verdicts v ON v.network_id = p.network_id AND v.address = a.address`;

@Injectable()
export class MembershipsRepository {
  async list(sql: Sql, query: MembershipQuery, filter: MembershipFilter) {
    const where = new Where();
    where.andIf(query.managed, '(x.item_id IS NOT NULL) = $?::boolean').andIf(query.status, 'x.status = $?');
    where.andIf(query.attention, `(${membershipNeedsAttention('x', 'n.host_id')}) = $?::boolean`);
    if (query.q !== undefined) where.and(search(where.param(patternOf(query.q))));
    const by = query.sort?.replace('-', '') ?? 'node';
    const terms = termsOf(filter, where);
    const { q, status, attention } = query;
    const isWhole = by === 'node' && [...terms, q, status, attention].every((filtered) => filtered === undefined);
    // From one node to the next until the page is full; what is filtered or sorted is found as a whole.
    const memberships = isWhole
      ? `CROSS JOIN LATERAL ${found(['node_id = n.id'])} x`
      : `JOIN ${found(terms)} x ON x.node_id = n.id ${ORDERED_BY[by] ?? ''}`;
    const parts = { columns: COLUMNS, keys: `FROM ${NAMED_NODES} n ${memberships}`, rows: ROWS };
    return mapPage(await ORDERS.by(query.sort).cutPage<Membership>(sql, parts, where, query), showing<Membership>);
  }

  async get(sql: Sql, node: NodeId, network: NetworkId): Promise<Membership | undefined> {
    const { items } = await this.list(sql, { limit: 1 }, { node, network });
    return items[0];
  }
}

const termsOf = ({ host, node, network }: MembershipFilter, where: Where) =>
  Object.entries({ host_id: host, node_id: node, network_id: network }).flatMap(([column, value]) =>
    value === undefined ? [] : [`${column} = ${where.param(value)}`],
  );
