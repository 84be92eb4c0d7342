/**
 * The same pages by hand, as cheaply as we know. It is a fair opponent because it answers the same question: the same
 * rows in the same order in any fleet, not in this one alone, beginning after any row; and every column that an answer
 * of the API is made of, raw. What the API adds is its own cost: times, numbers and references in their forms, words,
 * defaults, the cursor. `after`: the sort key of the row before the page.
 */
export interface ByHand {
  text: string;
  values: unknown[];
}

const LIMIT = 'LIMIT 101';
/** A host's own daemon is first. A node may outlive the row of its container, so `containers.name` alone is no order. */
const OWN_NAME = `CASE WHEN n.kind = 'host' THEN '' ELSE COALESCE(c.name, n.id) END`;

/** Name of the host, own name, and ID of the node or the network. */
export type NodeKey = [string, string, string];

export function hosts({ after, q, newest }: { after?: string; q?: string; newest?: true }): ByHand {
  const terms = ['h.removed_at IS NULL'];
  if (after !== undefined) terms.push('h.name > $1');
  if (q !== undefined)
    terms.push(
      `(h.name ILIKE $1 OR EXISTS (SELECT FROM node_status o WHERE o.node_id = h.node_id AND o.address ILIKE $1))`,
    );
  const order = newest ? `COALESCE(s.last_seen_at, 'epoch') DESC, h.name DESC` : 'h.name';
  return {
    text: `SELECT h.id, h.name, h.labels, h.simulated, s.presence, h.paused, h.key_revoked_at, h.ephemeral_seconds, s.last_seen_at, s.agent_version, s.engine,
                  h.node_id, h.revision, s.held_revision, h.created_at, h.version
             FROM hosts h LEFT JOIN host_status s ON s.host_id = h.id WHERE ${terms.join(' AND ')} ORDER BY ${order} ${LIMIT}`,
    values: after !== undefined ? [after] : q === undefined ? [] : [`%${q}%`],
  };
}

export function nodes({ after, q, byAddress }: { after?: NodeKey; q?: string; byAddress?: true }): ByHand {
  const terms = ['h.removed_at IS NULL'];
  if (after !== undefined) terms.push('h.name >= $1', `(h.name, ${OWN_NAME}, n.id) > ($1, $2, $3)`);
  if (q !== undefined)
    terms.push(`(h.name ILIKE $1 OR h.name || '/' || COALESCE(c.name, n.id) ILIKE $1 OR s.address ILIKE $1)`);
  const order = `${byAddress ? `COALESCE(s.address, ''), ` : ''}h.name, ${OWN_NAME}, n.id`;
  return {
    text: `SELECT n.id, n.kind, c.name AS container, h.id AS host_id, h.name AS host, h.simulated, s.state, s.cause, s.address, s.version, s.online, s.updated_at,
                  CASE WHEN n.kind = 'host' AND s.state <> 'up' THEN EXISTS (SELECT FROM memberships WHERE node_id = n.id)
                                                                  OR EXISTS (SELECT FROM membership_status WHERE node_id = n.id) END AS needed
             FROM hosts h JOIN nodes n ON n.host_id = h.id LEFT JOIN containers c ON c.node_id = n.id
             LEFT JOIN node_status s ON s.node_id = n.id WHERE ${terms.join(' AND ')} ORDER BY ${order} ${LIMIT}`,
    values: after ?? (q === undefined ? [] : [`%${q}%`]),
  };
}

const NODES = 'FROM hosts h JOIN nodes n ON n.host_id = h.id LEFT JOIN containers c ON c.node_id = n.id';
const COLUMNS = `COALESCE(m.node_id, s.node_id) AS node_id, COALESCE(m.network_id, s.network_id) AS network_id,
  m.item_id, m.version, s.status, s.name AS observed_name, s.observed, s.updated_at`;
/** From one host to the next, which an index has in order. */
const WALKING = `${NODES} CROSS JOIN LATERAL (
  SELECT ${COLUMNS} FROM (SELECT * FROM memberships WHERE node_id = n.id) m
    FULL JOIN (SELECT * FROM membership_status WHERE node_id = n.id) s ON s.network_id = m.network_id) x`;
const ALL = `${NODES} JOIN (
  SELECT ${COLUMNS} FROM memberships m FULL JOIN membership_status s ON s.node_id = m.node_id AND s.network_id = m.network_id) x ON x.node_id = n.id`;

/** Of two devices for one network, which no host of this fleet has, it would read both. */
export function memberships({ after, q, byNetwork }: { after?: NodeKey; q?: string; byNetwork?: true }): ByHand {
  const terms = ['h.removed_at IS NULL'];
  if (after !== undefined) terms.push('h.name >= $1', `(h.name, ${OWN_NAME}, x.network_id) > ($1, $2, $3)`);
  if (q !== undefined)
    terms.push(`(h.name ILIKE $1 OR h.name || '/' || COALESCE(c.name, n.id) ILIKE $1 OR x.network_id ILIKE $1 OR x.observed_name ILIKE $1
      OR x.network_id IN (SELECT id FROM networks WHERE name ILIKE $1)
      OR n.id IN (SELECT node_id FROM node_addresses WHERE address ILIKE $1)
      OR (n.id, x.network_id) IN (SELECT node_id, network_id FROM interfaces WHERE (observed -> 'addresses')::text ILIKE $1))`);
  const order = (network: string, host: string, own: string) =>
    byNetwork ? `${network}, ${host}, ${own}` : `${host}, ${own}, ${network}`;
  return {
    text: `
      WITH page AS MATERIALIZED (
        SELECT n.id AS node, n.kind, c.name AS container, h.id AS host_id, h.name AS host, ${OWN_NAME} AS own, h.simulated, x.*
          ${byNetwork || q !== undefined ? ALL : WALKING} WHERE ${terms.join(' AND ')} ORDER BY ${order('x.network_id', 'h.name', OWN_NAME)} ${LIMIT})
      SELECT p.*, w.name, w.controller_id, i.intent, i.body -> 'settings' AS settings, o.outcome, v.verdict, v.said_by, a.address,
             f.observed AS interface, f.updated_at AS interface_at, ns.heard, ns.heard_since, r.authorized, r.addresses
        FROM page p
        LEFT JOIN items i ON i.id = p.item_id
        LEFT JOIN item_status o ON o.item_id = i.id AND o.revision = i.revision
        LEFT JOIN interfaces f ON f.node_id = p.node AND f.network_id = p.network_id
        LEFT JOIN node_status ns ON ns.node_id = p.node
        LEFT JOIN networks w ON w.id = p.network_id
        LEFT JOIN LATERAL (SELECT address FROM node_addresses WHERE node_id = p.node LIMIT 1) a ON true
        LEFT JOIN controller_records r ON r.network_id = p.network_id AND r.address = a.address
        LEFT JOIN verdicts v ON v.network_id = p.network_id AND v.address = a.address
       ORDER BY ${order('p.network_id', 'p.host', 'p.own')}`,
    values: after ?? (q === undefined ? [] : [`%${q}%`]),
  };
}
