import type { HostId, NodeAddress, NodeId, PublicIdentity } from '@orrery/shared/contracts';
import { CHANNELS } from '../database/channels.js';
import type { Transaction } from '../database/sql.js';
import { runIn } from '../database/statements.js';

/**
 * Retired identities that no node ever had and that are kept of one host. They keep others from offering the address while the host may
 * still use it (an agent takes one for a node of its own accord, and reports it a moment later); a host that offers others all the time
 * would fill the table with them.
 */
const MOST_RETIRED = 256;

/**
 * What is no host's to offer: a node shows it, a person spoke of it, a controller has a record of it (it is, or asks to be, in a network),
 * or it is a controller's own. A host that could offer it would get another's authorization with it, and have it taken away.
 */
const IS_ANOTHERS = (address: string) => `(
  EXISTS (SELECT FROM node_addresses n WHERE n.shown = ${address}) OR EXISTS (SELECT FROM verdicts v WHERE v.address = ${address})
  OR EXISTS (SELECT FROM controller_records r WHERE r.address = ${address})
  OR EXISTS (SELECT FROM controller_status c WHERE c.address = ${address}))`;

/**
 * Identities that hosts have made ahead: free → assigned → retired, one way (retired by a trigger, with the node). A host may offer what is
 * nobody else's; what it does not offer any more is retired.
 */
export async function noteOffered(tx: Transaction, host: HostId, offered: readonly NodeAddress[]): Promise<void> {
  const run = runIn(tx);
  if (offered.length > 0)
    await run(
      `INSERT INTO identities (address, host_id) SELECT o.address, $1 FROM unnest($2::text[]) AS o(address)
        WHERE NOT ${IS_ANOTHERS('o.address')} ORDER BY o.address ON CONFLICT (address) DO NOTHING`,
      [host, offered],
    );
  const retired = await run(
    `UPDATE identities SET state = 'retired' WHERE host_id = $1 AND state = 'free' AND NOT address = ANY($2) RETURNING address`,
    [host, offered],
  );
  if (retired.length > 0) {
    await run('SELECT pg_notify($1, $2)', [CHANNELS.introductions, '']);
    await run(
      `DELETE FROM identities WHERE address IN (
         SELECT address FROM identities WHERE host_id = $1 AND state = 'retired' AND assigned_at IS NULL
          ORDER BY offered_at DESC, address OFFSET $2)`,
      [host, MOST_RETIRED],
    );
  }
}

/** Of identities that this host offers or has, and that nobody was told of before: a key never changes. */
export async function notePublic(tx: Transaction, host: HostId, identities: readonly PublicIdentity[]): Promise<void> {
  if (identities.length === 0) return;
  const noted = await runIn(tx)(
    `UPDATE identities i SET public = o.public FROM unnest($2::text[]) AS o(public)
      WHERE i.address = left(o.public, 10) AND i.host_id = $1 AND i.state <> 'retired' AND i.public IS NULL RETURNING i.address`,
    [host, identities],
  );
  if (noted.length > 0) await runIn(tx)('SELECT pg_notify($1, $2)', [CHANNELS.introductions, '']);
}

/**
 * One of the host's free identities becomes this node's, whatever others take at the same time; undefined: it has none. One that has become
 * somebody else's since it was offered is passed over.
 */
export async function reserveIdentity(tx: Transaction, host: HostId, node: NodeId): Promise<NodeAddress | undefined> {
  const rows = await runIn(tx)<{ address: NodeAddress }>(
    `UPDATE identities SET state = 'assigned', node_id = $2, assigned_at = now()
      WHERE address = (SELECT i.address FROM identities i WHERE i.host_id = $1 AND i.state = 'free' AND NOT ${IS_ANOTHERS('i.address')}
                        ORDER BY i.offered_at, i.address LIMIT 1 FOR UPDATE OF i SKIP LOCKED)
     RETURNING address`,
    [host, node],
  );
  return rows[0]?.address;
}
