import type { AdmissionPut, NetworkId, NodeAddress, NodeId } from '@orrery/shared/contracts';
import { CHANNELS } from '../database/channels.js';
import type { Transaction } from '../database/sql.js';
import { runIn } from '../database/statements.js';

/** What a person said, of one or many nodes; what is not named stays as it was said before. Replicas hear of it at commit. */
export async function putVerdicts(
  tx: Transaction,
  network: NetworkId,
  addresses: readonly NodeAddress[],
  { by, ...put }: AdmissionPut & { by: string },
): Promise<void> {
  const run = runIn(tx);
  const { verdict, forSeconds, name, addresses: fixed, bridge, noAutoAssign } = put;
  const saysWho = verdict !== undefined || forSeconds !== undefined;
  await run(
    `INSERT INTO verdicts AS v (network_id, address, verdict, until, name, addresses, bridge, no_auto_assign, said_by)
     SELECT $1, a, $3, now() + $4::float8 * interval '1 s', $5, $6::jsonb, $7, $8, $9 FROM unnest($2::text[]) AS a
     ON CONFLICT (network_id, address) DO UPDATE SET
       verdict = CASE WHEN $10 THEN COALESCE(excluded.verdict, CASE WHEN $11 THEN v.verdict END) ELSE v.verdict END,
       until = CASE WHEN $10 THEN excluded.until ELSE v.until END, name = COALESCE(excluded.name, v.name),
       addresses = COALESCE(excluded.addresses, v.addresses), bridge = COALESCE(excluded.bridge, v.bridge),
       no_auto_assign = COALESCE(excluded.no_auto_assign, v.no_auto_assign), said_by = excluded.said_by, said_at = now(), forget = false`,
    [
      ...[network, addresses, verdict ?? null, forSeconds ?? null, name ?? null, fixed ? JSON.stringify(fixed) : null],
      ...[bridge ?? null, noAutoAssign ?? null, by, saysWho, verdict === undefined],
    ],
  );
  await run(
    `DELETE FROM verdicts WHERE network_id = $1 AND address = ANY($2) AND num_nonnulls(verdict, name, addresses, bridge, no_auto_assign) = 0`,
    [network, addresses],
  );
  await hint(tx, network);
}

/** Its record is to go from the controller; it is let in no more. */
export async function forgetRecord(
  tx: Transaction,
  network: NetworkId,
  address: NodeAddress,
  by: string,
): Promise<void> {
  await runIn(tx)(
    `INSERT INTO verdicts (network_id, address, verdict, forget, said_by) VALUES ($1, $2, 'deny', true, $3)
     ON CONFLICT (network_id, address) DO UPDATE SET verdict = 'deny', until = NULL, forget = true, said_by = $3, said_at = now()`,
    [network, address, by],
  );
  await hint(tx, network);
}

/** The records of a node in all networks that Orrery keeps, when the node is gone. */
export async function forgetRecords(tx: Transaction, node: NodeId, by: string): Promise<void> {
  const run = runIn(tx);
  const rows = await run<{ network: NetworkId; address: NodeAddress }>(
    `SELECT m.network_id AS network, COALESCE(s.address, d.address) AS address
       FROM memberships m JOIN networks w ON w.id = m.network_id AND w.controller_id IS NOT NULL
       LEFT JOIN node_status s ON s.node_id = m.node_id LEFT JOIN identities d ON d.node_id = m.node_id AND d.state = 'assigned'
      WHERE m.node_id = $1 AND COALESCE(s.address, d.address) IS NOT NULL`,
    [node],
  );
  for (const { network, address } of rows) await forgetRecord(tx, network, address, by);
}

/** Whoever keeps controllers as they are to be looks at this network at once. */
export async function hint(tx: Transaction, network: NetworkId): Promise<void> {
  await runIn(tx)('SELECT pg_notify($1, $2)', [CHANNELS.admission, network]);
}
