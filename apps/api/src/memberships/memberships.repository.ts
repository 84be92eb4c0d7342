import { Injectable } from '@nestjs/common';
import type { HostId, Membership, MembershipQuery, NetworkId, NodeId } from '@orrery/shared/contracts';
import { showing, toldOutcome } from '../commands/outcomes.js';
import type { Sql } from '../database/sql.js';
import { hostRef, iso, nodeRef } from '../paging/columns.js';
import { mapPage } from '../paging/keyset.js';
import { Orders, orOldest } from '../paging/orders.js';
import { Where } from '../paging/where.js';
import { membershipNeedsAttention } from '../topology/needs-attention.js';
import { NAMED_NODES } from '../nodes/named-nodes.js';

export interface MembershipFilter {
  host?: HostId | undefined;
  node?: NodeId | undefined;
  network?: NetworkId | undefined;
}

const ORDERS = new Orders([{ sql: 'n.name' }, { sql: 'x.network_id' }], {
  node: [{ sql: 'n.name' }],
  network: [{ sql: 'x.network_id' }],
  status: [{ sql: "COALESCE(x.status, '')" }],
  outcome: [{ sql: "COALESCE(o.outcome ->> 'kind', '')" }],
  updatedAt: [orOldest('GREATEST(x.updated_at, f.updated_at)')],
});

/** The IP addresses of the interface, as text without the syntax of JSON. */
const ADDRESSES = `(SELECT string_agg(t.address, ' ') FROM jsonb_array_elements_text(f.observed -> 'addresses') AS t(address))`;
const SEARCHED = ['n.name', 'na.address', ADDRESSES, 'x.network_id', 'w.name', 'x.observed_name'];

/**
 * Desired, observed, or both: a membership that is not desired is `managed: false`. Addresses and routes are the
 * kernel's.
 */
const select = (keys: string, { key } = ORDERS.by(undefined)) => `
  SELECT ${nodeRef('n')} AS node, ${hostRef('n.host_id', 'n.host_name')} AS host,
         jsonb_build_object('id', x.network_id, 'name', COALESCE(w.name, NULLIF(x.observed_name, ''))) AS network,
         n.simulated, x.item_id IS NOT NULL AS managed, i.intent, i.body -> 'settings' AS settings,
         ${toldOutcome('o.outcome', 'x.item_id')} AS outcome, x.status,
         x.observed ->> 'device' AS device, COALESCE(x.observed -> 'addresses', '[]') AS "assignedAddresses",
         COALESCE(f.observed -> 'addresses', '[]') AS addresses, (f.observed ->> 'up')::boolean AS "interfaceUp",
         COALESCE(f.observed -> 'routes', '[]') AS routes, ns.heard, ${iso('ns.heard_since')} AS "heardSince",
         CASE WHEN r.address IS NOT NULL THEN jsonb_build_object('authorized', r.authorized, 'addresses', r.addresses) END AS controller,
         ${iso('GREATEST(x.updated_at, f.updated_at)')} AS "updatedAt", x.version, ${key}
    FROM (SELECT k.node_id, k.network_id, m.item_id, m.version, s.status, s.name AS observed_name, s.observed, s.updated_at
            FROM (${keys}) k
            LEFT JOIN memberships m ON m.node_id = k.node_id AND m.network_id = k.network_id
            LEFT JOIN membership_status s ON s.node_id = k.node_id AND s.network_id = k.network_id) x
    JOIN ${NAMED_NODES} n ON n.id = x.node_id
    LEFT JOIN items i ON i.id = x.item_id
    LEFT JOIN item_status o ON o.item_id = i.id AND o.revision = i.revision
    LEFT JOIN interfaces f ON f.node_id = x.node_id AND f.network_id = x.network_id
    LEFT JOIN node_status ns ON ns.node_id = x.node_id
    LEFT JOIN networks w ON w.id = x.network_id
    LEFT JOIN node_addresses na ON na.node_id = x.node_id
    LEFT JOIN controller_records r ON r.network_id = x.network_id AND r.address = na.address`;

/** The memberships that are desired or reported, found by an index on either side. */
function keysOf({ host, node, network }: MembershipFilter, where: Where): string {
  const terms = Object.entries({ host_id: host, node_id: node, network_id: network }).flatMap(([column, value]) =>
    value === undefined ? [] : [`${column} = ${where.param(value)}`],
  );
  const only = terms.length > 0 ? `WHERE ${terms.join(' AND ')}` : '';
  return ['memberships', 'membership_status']
    .map((table) => `SELECT node_id, network_id FROM ${table} ${only}`)
    .join(' UNION ');
}

@Injectable()
export class MembershipsRepository {
  async list(sql: Sql, query: MembershipQuery, filter: MembershipFilter) {
    const where = new Where();
    const keys = keysOf(filter, where);
    where.andIf(query.managed, '(x.item_id IS NOT NULL) = $?::boolean').andIf(query.status, 'x.status = $?');
    where.andIf(query.attention, `(${membershipNeedsAttention('x', 'n.host_id')}) = $?::boolean`);
    where.has(query.q, ...SEARCHED);
    const order = ORDERS.by(query.sort);
    return mapPage(await order.page<Membership>(sql, select(keys, order), where, query), showing<Membership>);
  }

  async get(sql: Sql, node: NodeId, network: NetworkId): Promise<Membership | undefined> {
    const where = new Where();
    const keys = keysOf({ node, network }, where);
    const rows = await sql.query<Membership[]>(select(keys), where.values);
    return rows[0] && showing(rows[0]);
  }
}
