import { Injectable } from '@nestjs/common';
import { MAX_TOPOLOGY_PATHS, MAX_WHY } from '@orrery/shared/contracts';
import type { Sql } from '../database/sql.js';
import { unusedWords } from '../nodes/unused-node.js';
import { iso } from '../paging/columns.js';

/** The parts of the topology, each as JSON text, all from one snapshot of the database. */
export interface TopologyTexts {
  at: string;
  hosts: string;
  nodes: string;
  networks: string;
  memberships: string;
  controllers: string;
  paths: string;
  findings: string;
}

/** More than is shown, so that the reader cuts it and marks the cut. */
const cut = (text: string) => `left(${text}, ${MAX_WHY + 1})`;

const HOSTS = `
  SELECT h.id, h.name, h.labels ->> 'site' AS site, h.simulated, h.paused, COALESCE(s.presence, 'joined') AS presence
    FROM hosts h LEFT JOIN host_status s ON s.host_id = h.id WHERE h.removed_at IS NULL ORDER BY h.name`;

const OUTCOME = `i.intent, o.outcome ->> 'kind' AS outcome, ${cut(`o.outcome ->> 'cause'`)} AS "outcomeCause"`;

const NODES = `
  SELECT n.id, n.host_id AS host, n.kind, c.name AS container, n.address, s.state AS daemon, ${cut('s.cause')} AS cause,
         ${unusedWords('n.id', 'n.kind', 's')} AS unused, ${OUTCOME}
    FROM own n
    LEFT JOIN containers c ON c.node_id = n.id
    LEFT JOIN items i ON i.id = c.item_id
    LEFT JOIN item_status o ON o.item_id = i.id AND o.revision = i.revision
    LEFT JOIN node_status s ON s.node_id = n.id
   ORDER BY n.host_name, c.name NULLS FIRST, n.id`;

const NETWORKS = `
  SELECT k.id, COALESCE(w.name, left(max(k.name), 100)) AS name, w.controller_id AS controller
    FROM (SELECT id, NULL AS name FROM networks
          UNION SELECT network_id, NULL FROM memberships
          UNION SELECT network_id, NULLIF(name, '') FROM membership_status) k
    LEFT JOIN networks w ON w.id = k.id GROUP BY k.id, w.name, w.controller_id ORDER BY k.id`;

const MEMBERSHIPS = `
  SELECT n.id AS node, x.network_id AS network, x.status, COALESCE(f.observed -> 'addresses', '[]') AS addresses, ${OUTCOME}
    FROM (SELECT COALESCE(m.node_id, s.node_id) AS node_id, COALESCE(m.network_id, s.network_id) AS network_id, m.item_id, s.status
            FROM memberships m FULL JOIN membership_status s ON s.node_id = m.node_id AND s.network_id = m.network_id) x
    JOIN own n ON n.id = x.node_id
    LEFT JOIN items i ON i.id = x.item_id
    LEFT JOIN item_status o ON o.item_id = i.id AND o.revision = i.revision
    LEFT JOIN interfaces f ON f.node_id = x.node_id AND f.network_id = x.network_id
   ORDER BY n.host_name, n.id, x.network_id`;

const CONTROLLERS = `
  SELECT c.id, c.name, c.kind, n.id AS node, COALESCE(s.state, 'unknown') AS state, ${cut('s.cause')} AS cause
    FROM controllers c LEFT JOIN controller_status s ON s.controller_id = c.id LEFT JOIN own n ON n.id = c.node_id ORDER BY c.name`;

/** LEAST leaves NULL out, so that an unknown latency would be the greatest. */
const MS = 'CASE WHEN p.latency_ms IS NOT NULL THEN GREATEST(0, LEAST(round(p.latency_ms), 1e6))::int END';

/** Without those to roots, and one more than is shown. */
const PATHS = `
  SELECT n.id AS node, p.peer, p.path, ${MS} AS ms, p.silent_since IS NOT NULL AS silent
    FROM paths p JOIN own n ON n.id = p.node_id JOIN own q ON q.address = p.peer
   ORDER BY p.silent_since IS NULL, p.path <> 'relayed', n.id, p.peer LIMIT ${MAX_TOPOLOGY_PATHS + 1}`;

/** One for each thing. Those of the API come first, because an agent may lie. */
const FINDINGS = `
  SELECT DISTINCT ON (f.host_id, f.node_id, f.network_id) f.host_id AS host, f.node_id AS node, f.network_id AS network, ${cut('f.cause')} AS cause
    FROM findings f JOIN hosts h ON h.id = f.host_id AND h.removed_at IS NULL WHERE f.severity = 'error'
   ORDER BY f.host_id, f.node_id, f.network_id, f.source = 'agent', f.code, f.item_id`;

const PARTS = {
  hosts: HOSTS,
  nodes: NODES,
  networks: NETWORKS,
  memberships: MEMBERSHIPS,
  controllers: CONTROLLERS,
  paths: PATHS,
  findings: FINDINGS,
};

/** `own`: nodes of hosts that are not removed, with the address that counts as theirs, which is dear, so once. */
const TOPOLOGY = `
  WITH own AS MATERIALIZED (
    SELECT n.id, n.kind, n.host_id, h.name AS host_name, a.address
      FROM nodes n JOIN hosts h ON h.id = n.host_id AND h.removed_at IS NULL JOIN node_addresses a ON a.node_id = n.id)
  SELECT ${iso('now()')} AS at, ${Object.entries(PARTS)
    .map(([name, rows]) => `(SELECT COALESCE(json_agg(r), '[]')::text FROM (${rows}) r) AS ${name}`)
    .join(', ')}`;

@Injectable()
export class TopologyRepository {
  /** One statement, so that its parts fit together. */
  async read(sql: Sql): Promise<TopologyTexts> {
    const [row] = await sql.query<[TopologyTexts]>(TOPOLOGY);
    return row;
  }
}
