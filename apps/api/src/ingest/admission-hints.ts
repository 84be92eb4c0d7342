import { CHANNELS } from '../database/channels.js';
import type { Run } from '../database/statements.js';
import type { ProjectedRows } from './projections/projected-rows.js';

/**
 * An address that was just learned. Of a node that is wanted in a network of ours: whoever lets it in hears of it at once. It asks its
 * controller within the first second of its life, and when it is not known then, again only five seconds later (docs/zerotier-facts.md#from-start-to-address). One that is
 * another node's, or that another node shows too: whoever finds claims hears of that.
 */
export async function hintAtAddresses(run: Run, { nodes }: ProjectedRows): Promise<void> {
  const seen = [...nodes.values()].flatMap((node) => (node?.address ? [node.node_id] : []));
  if (seen.length === 0) return;
  await run(
    `WITH seen AS MATERIALIZED (SELECT node_id, address, standing FROM node_addresses WHERE node_id = ANY($2)),
     strangers AS (SELECT DISTINCT w.id || ' ' || n.address AS hint FROM seen n JOIN memberships m ON m.node_id = n.node_id
       JOIN networks w ON w.id = m.network_id AND w.controller_id IS NOT NULL
       LEFT JOIN controller_records r ON r.network_id = w.id AND r.address = n.address
      WHERE n.address IS NOT NULL AND r.authorized IS DISTINCT FROM true)
     SELECT pg_notify($1, hint) FROM (SELECT hint FROM strangers
       UNION ALL SELECT 'claims' WHERE EXISTS (SELECT FROM seen WHERE standing IN ('taken', 'contested'))) hints`,
    [CHANNELS.admission, seen],
  );
}
