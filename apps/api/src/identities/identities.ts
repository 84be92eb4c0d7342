import type { HostId, NodeAddress, NodeId } from '@orrery/shared/contracts';
import type { Sql, Transaction } from '../database/sql.js';
import { runIn } from '../database/statements.js';

/**
 * Retired identities that no node ever had and that are kept of one host. They keep others from offering the address while the host may
 * still use it (an agent takes one for a node of its own accord, and reports it a moment later); a host that offers others all the time
 * would fill the table with them.
 */
const MOST_RETIRED = 256;

/**
 * Identities that hosts have made ahead: free → assigned → retired, one way. A host may offer what nobody else has or shows; what it does not
 * offer any more is retired.
 */
export async function noteOffered(tx: Transaction, host: HostId, offered: readonly NodeAddress[]): Promise<void> {
  const run = runIn(tx);
  if (offered.length > 0)
    await run(
      `INSERT INTO identities (address, host_id) SELECT o.address, $1 FROM unnest($2::text[]) AS o(address)
        WHERE NOT EXISTS (SELECT FROM node_status s WHERE s.address = o.address) ORDER BY o.address ON CONFLICT (address) DO NOTHING`,
      [host, offered],
    );
  const retired = await run(
    `UPDATE identities SET state = 'retired' WHERE host_id = $1 AND state = 'free' AND NOT address = ANY($2) RETURNING address`,
    [host, offered],
  );
  if (retired.length > 0)
    await run(
      `DELETE FROM identities WHERE address IN (
         SELECT address FROM identities WHERE host_id = $1 AND state = 'retired' AND assigned_at IS NULL
          ORDER BY offered_at DESC, address OFFSET $2)`,
      [host, MOST_RETIRED],
    );
}

/** One of the host's free identities becomes this node's, whatever others take at the same time; undefined: it has none. */
export async function reserveIdentity(tx: Transaction, host: HostId, node: NodeId): Promise<NodeAddress | undefined> {
  const rows = await runIn(tx)<{ address: NodeAddress }>(
    `UPDATE identities SET state = 'assigned', node_id = $2, assigned_at = now()
      WHERE address = (SELECT address FROM identities WHERE host_id = $1 AND state = 'free' ORDER BY offered_at, address LIMIT 1
                       FOR UPDATE SKIP LOCKED)
     RETURNING address`,
    [host, node],
  );
  return rows[0]?.address;
}

/** What belonged to a node that is gone belongs to nobody, for ever. */
export async function retireIdentities(sql: Sql): Promise<void> {
  await sql.query(
    `UPDATE identities d SET state = 'retired' WHERE d.state = 'assigned' AND NOT EXISTS (SELECT FROM nodes n WHERE n.id = d.node_id)`,
  );
}
