import { CHANNELS } from '../database/channels.js';
import type { Run } from '../database/statements.js';
import type { Changes } from './projections/changes.js';

/**
 * An address that was just learned of a node that is wanted in a network of ours: whoever lets it in hears of it at once. It asks its
 * controller within the first second of its life, and when it is not known then, again only five seconds later (docs/zerotier-facts.md#from-start-to-address).
 */
export async function hintAtStrangers(run: Run, { nodes }: Changes): Promise<void> {
  const seen = [...nodes.values()].flatMap((node) => (node?.address ? [node.node_id] : []));
  if (seen.length === 0) return;
  await run(
    `SELECT pg_notify($1, id) FROM (SELECT DISTINCT w.id FROM memberships m JOIN node_status s ON s.node_id = m.node_id
       JOIN networks w ON w.id = m.network_id AND w.controller_id IS NOT NULL
       LEFT JOIN controller_records r ON r.network_id = w.id AND r.address = s.address
      WHERE m.node_id = ANY($2) AND r.authorized IS DISTINCT FROM true) strangers`,
    [CHANNELS.admission, seen],
  );
}
