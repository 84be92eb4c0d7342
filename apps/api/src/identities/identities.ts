import type { HostId, NodeAddress, NodeId, PublicIdentity } from '@orrery/shared/contracts';
import { CHANNELS } from '../database/channels.js';
import type { Transaction } from '../database/sql.js';
import { runIn } from '../database/statements.js';

/**
 * Retired identities that no node ever had, kept per host. They keep others from offering the address while the host
 * may still use it (an agent can take one for a node on its own, and reports it a moment later). A host that keeps
 * offering new ones would otherwise fill the table.
 */
const MOST_RETIRED = 256;

/**
 * Addresses that no host can offer: a node shows it, a person decided about it, a controller has a record of it (it is,
 * or asks to be, in a network), or it is a controller's own. A host that could offer it would get another's
 * authorization, and have it withdrawn from the other.
 */
const IS_ANOTHERS = (address: string) => `(
  EXISTS (SELECT FROM node_addresses n WHERE n.shown = ${address}) OR EXISTS (SELECT FROM verdicts v WHERE v.address = ${address})
  OR EXISTS (SELECT FROM controller_records r WHERE r.address = ${address})
  OR EXISTS (SELECT FROM controller_status c WHERE c.address = ${address}))`;

/**
 * Pre-generated identities of hosts: free → assigned → retired, in that order only (a trigger retires them with the
 * node). A host can offer any address that belongs to nobody else; an identity that it no longer offers is retired.
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

/** For identities that this host offers or has, and whose key is not known yet: a key never changes. */
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
 * Assigns one of the host's free identities to this node, safe against concurrent callers; undefined: it has none.
 * Skips one that has become somebody else's since it was offered.
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
