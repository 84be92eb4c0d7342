import {
  durationSeconds,
  type AdmissionPut,
  type NetworkId,
  type NodeAddress,
  type NodeId,
} from '@orrery/shared/contracts';
import type { Transaction } from '../database/sql.js';
import { runIn } from '../database/statements.js';
import { hint } from './hints.js';

/** An address, and our node if a person named that; null if the person named the address itself. */
export interface Named {
  address: NodeAddress;
  node: NodeId | null;
}

const addressesOf = (named: readonly Named[]) => named.map(({ address }) => address);

/**
 * True if the address that counts as a node's was not assigned to it, and someone has authorized, denied or named it
 * without naming this node: a person, or someone on the controller itself. It may belong to a device that is not one of
 * our nodes, so a verdict on the node does not apply to the address. `node`: a row of `node_addresses`.
 */
export const isSpokenFor = (node: string, network: string) => `(${node}.address IS DISTINCT FROM ${node}.given AND (
  EXISTS (SELECT FROM verdicts z WHERE z.network_id = ${network} AND z.address = ${node}.address AND z.node_id IS DISTINCT FROM ${node}.node_id)
  OR EXISTS (SELECT FROM controller_records z WHERE z.network_id = ${network} AND z.address = ${node}.address
              AND z.authorized AND z.admitted_by IS NULL)))`;

/**
 * Records a person's verdict on one or more nodes; fields that are left out keep their values. Replicas are notified at
 * commit.
 */
export async function putVerdicts(
  tx: Transaction,
  network: NetworkId,
  named: readonly Named[],
  { by, ...put }: AdmissionPut & { by: string },
): Promise<void> {
  const run = runIn(tx);
  const { verdict, for: howLong, name, addresses: fixed, bridge, noAutoAssign } = put;
  const addresses = addressesOf(named);
  const saysWho = verdict !== undefined || howLong !== undefined;
  const forSeconds = howLong ? durationSeconds(howLong) : null;
  await run(
    `INSERT INTO verdicts AS v (network_id, address, verdict, until, name, addresses, bridge, no_auto_assign, said_by, node_id)
     SELECT $1, a, $3, now() + $4::float8 * interval '1 s', $5, $6::jsonb, $7, $8, $9, n FROM unnest($2::text[], $12::text[]) AS t(a, n)
     ON CONFLICT (network_id, address) DO UPDATE SET
       verdict = CASE WHEN $10 THEN COALESCE(excluded.verdict, CASE WHEN $11 THEN v.verdict END) ELSE v.verdict END,
       until = CASE WHEN $10 THEN excluded.until ELSE v.until END, name = COALESCE(excluded.name, v.name),
       addresses = COALESCE(excluded.addresses, v.addresses), bridge = COALESCE(excluded.bridge, v.bridge),
       no_auto_assign = COALESCE(excluded.no_auto_assign, v.no_auto_assign), said_by = excluded.said_by, said_at = now(), forget = false,
       node_id = excluded.node_id, version = nextval('verdict_versions')`,
    [
      ...[network, addresses, verdict ?? null, forSeconds, name ?? null, fixed ? JSON.stringify(fixed) : null],
      ...[bridge ?? null, noAutoAssign ?? null, by, saysWho, verdict === undefined],
      named.map(({ node }) => node),
    ],
  );
  await run(
    `DELETE FROM verdicts WHERE network_id = $1 AND address = ANY($2) AND num_nonnulls(verdict, name, addresses, bridge, no_auto_assign) = 0`,
    [network, addresses],
  );
  await hint(tx, network, addresses);
}

/** Denies the node, and marks its record for deletion from the controller. */
export async function forgetRecord(
  tx: Transaction,
  network: NetworkId,
  { address, node }: Named,
  by: string,
): Promise<void> {
  await runIn(tx)(
    `INSERT INTO verdicts (network_id, address, verdict, forget, said_by, node_id) VALUES ($1, $2, 'deny', true, $3, $4)
     ON CONFLICT (network_id, address) DO UPDATE SET verdict = 'deny', until = NULL, forget = true, said_by = $3, said_at = now(), node_id = $4,
       version = nextval('verdict_versions')`,
    [network, address, by, node],
  );
  await hint(tx, network, [address]);
}

/** Deletes the records of a removed node in all networks that Orrery keeps, if they are certainly its own. */
export async function forgetRecords(tx: Transaction, node: NodeId, by: string): Promise<void> {
  const run = runIn(tx);
  const rows = await run<{ network: NetworkId; address: NodeAddress }>(
    `SELECT m.network_id AS network, n.address
       FROM memberships m JOIN networks w ON w.id = m.network_id AND w.controller_id IS NOT NULL
       JOIN node_addresses n ON n.node_id = m.node_id
      WHERE m.node_id = $1 AND n.address IS NOT NULL AND NOT ${isSpokenFor('n', 'm.network_id')}`,
    [node],
  );
  for (const { network, address } of rows) await forgetRecord(tx, network, { address, node }, by);
}
