import type { NodeId } from '@orrery/shared/contracts';
import type { Run } from '../database/statements.js';
import type { Settled } from './command-progress.js';

const OF_NODE = [
  'node_status',
  'container_status',
  'router_status',
  'membership_status',
  'interfaces',
  'paths',
  'findings',
];

/**
 * An absent item stays until the agent has settled it as done at the revision that made it absent. Then its row is
 * deleted, with the container or membership that belongs to it. The host's revision stays as it is: the agent has
 * already done what the shorter list would say, and the next change brings that list along.
 */
export async function dropSettledAbsences(run: Run, settled: readonly Settled[]): Promise<void> {
  const done = settled.filter(({ outcome }) => outcome.kind === 'done');
  if (done.length === 0) return;
  const dropped = await run<{ id: string; node_id: NodeId }>(
    `DELETE FROM items i USING jsonb_to_recordset($1::jsonb) AS r(host text, item text, revision bigint)
     WHERE i.id = r.item AND i.host_id = r.host AND i.revision = r.revision AND i.intent = 'absent' RETURNING i.id, i.node_id`,
    [JSON.stringify(done)],
  );
  if (dropped.length === 0) return;
  await run('DELETE FROM item_status WHERE item_id = ANY($1)', [dropped.map(({ id }) => id)]);
  const nodes = await run<{ id: NodeId }>(
    `DELETE FROM nodes n WHERE n.id = ANY($1) AND n.kind = 'container' AND NOT EXISTS (SELECT FROM items i WHERE i.node_id = n.id)
     RETURNING n.id`,
    [dropped.map(({ node_id }) => node_id)],
  );
  if (nodes.length === 0) return;
  for (const table of OF_NODE) await run(`DELETE FROM ${table} WHERE node_id = ANY($1)`, [nodes.map(({ id }) => id)]);
}
