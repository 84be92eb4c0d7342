import type { ControllerRecord, ItemId, NetworkConfig, NetworkId, NodeAddress } from '@orrery/shared/contracts';
import type { Sql, Transaction } from '../database/sql.js';
import { runIn } from '../database/statements.js';

/** The network is on its controller as it was wanted then. */
export async function noteApplied(tx: Transaction, id: NetworkId, name: string, config: NetworkConfig): Promise<void> {
  await runIn(tx)(
    `INSERT INTO network_status (network_id, applied_config, applied_name) SELECT id, $2::jsonb, $3 FROM networks WHERE id = $1
     ON CONFLICT (network_id) DO UPDATE SET applied_config = excluded.applied_config, applied_name = excluded.applied_name, cause = NULL`,
    [id, JSON.stringify(config), name],
  );
}

/** Why the controller does not have it as wanted; null: nothing is in the way. `gone`: the controller does not know it any more. */
export async function noteCause(tx: Transaction, id: NetworkId, cause: string | null, gone = false): Promise<void> {
  await runIn(tx)(
    `INSERT INTO network_status (network_id, cause) SELECT id, $2 FROM networks WHERE id = $1
     ON CONFLICT (network_id) DO UPDATE SET cause = excluded.cause,
       applied_config = CASE WHEN $3 THEN NULL ELSE network_status.applied_config END
       WHERE $3 OR network_status.cause IS DISTINCT FROM excluded.cause`,
    [id, cause, gone],
  );
}

const ROWS = `jsonb_to_recordset($2::jsonb) AS r(address text, authorized boolean, name text, addresses jsonb, bridge boolean,
  "noAutoAssign" boolean, version text)`;

/** Who is about to be let in or sent away, by whom and why: so that it is known whatever happens on the way to the controller. */
export async function noteIntents(sql: Sql, network: NetworkId, intents: readonly Intent[]): Promise<void> {
  await sql.query(
    `INSERT INTO controller_records AS c (network_id, address, authorized, name, addresses, bridge, no_auto_assign, move_by, move_why, told_addresses)
     SELECT w.id, r.address, false, '', '[]', false, false, r.by, r.why, r.addresses
       FROM networks w, jsonb_to_recordset($2::jsonb) AS r(address text, by text, why text, addresses jsonb) WHERE w.id = $1
     ON CONFLICT (network_id, address) DO UPDATE SET move_by = excluded.move_by, move_why = excluded.move_why,
       told_addresses = COALESCE(excluded.told_addresses, c.told_addresses)`,
    [network, JSON.stringify(intents)],
  );
}

export interface Intent {
  address: NodeAddress;
  /** Left out: only its record is to be different. */
  by?: string | undefined;
  why?: string | undefined;
  /** The fixed addresses that it is to have. */
  addresses?: string[] | undefined;
}

/** Somebody who is in now and was not, or the other way round; `by` null: it was not us. */
export interface Move {
  address: NodeAddress;
  authorized: boolean;
  by: string | null;
  why: string | null;
}

/** That a controller answers is written with each reading (`controller_status.checked_at`); of each network it is enough to know it roughly. */
const NOTE_READ_EVERY = "interval '1 minute'";

/** What the controller says of all nodes in the network: rows that are not among them go. Gives who has moved. */
export async function replaceRecords(
  tx: Transaction,
  network: NetworkId,
  records: ControllerRecord[],
): Promise<Move[]> {
  const run = runIn(tx);
  const rows = JSON.stringify(records);
  await run(
    `DELETE FROM controller_records c WHERE c.network_id = $1 AND NOT EXISTS (SELECT FROM ${ROWS} WHERE r.address = c.address)`,
    [network, rows],
  );
  const moves = await putRecords(tx, network, records);
  await run(
    `UPDATE network_status SET read_at = clock_timestamp()
      WHERE network_id = $1 AND (read_at IS NULL OR read_at < clock_timestamp() - ${NOTE_READ_EVERY})`,
    [network],
  );
  return moves;
}

/**
 * What it says of some of them; written is what differs from what it said before. (ON CONFLICT alone would lock every row, which is
 * writing, too.) Who is in by somebody else's doing is not ours to send away again.
 */
export async function putRecords(tx: Transaction, network: NetworkId, records: ControllerRecord[]): Promise<Move[]> {
  const run = runIn(tx);
  // By their addresses, so that a few of them do not cost a whole network.
  const values = [network, JSON.stringify(records), records.map(({ address }) => address)];
  const moves = await run<Move>(
    `SELECT c.address, r.authorized, c.move_by AS by, c.move_why AS why FROM controller_records c JOIN ${ROWS} ON r.address = c.address
      WHERE c.network_id = $1 AND c.address = ANY($3) AND c.authorized <> r.authorized ORDER BY c.address FOR NO KEY UPDATE OF c`,
    values,
  );
  await run(
    `INSERT INTO controller_records AS c (network_id, address, authorized, name, addresses, bridge, no_auto_assign, zerotier_version)
     SELECT w.id, r.address, r.authorized, r.name, r.addresses, r.bridge, r."noAutoAssign", r.version
       FROM networks w CROSS JOIN ${ROWS} LEFT JOIN controller_records b ON b.network_id = $1 AND b.address = r.address AND b.address = ANY($3)
      WHERE w.id = $1 AND (b.address IS NULL OR (r.authorized AND b.requested_at IS NOT NULL)
        OR (b.authorized, b.name, b.addresses, b.bridge, b.no_auto_assign, b.zerotier_version)
           IS DISTINCT FROM (r.authorized, r.name, r.addresses, r.bridge, r."noAutoAssign", r.version))
     ON CONFLICT (network_id, address) DO UPDATE SET authorized = excluded.authorized, name = excluded.name, addresses = excluded.addresses,
       bridge = excluded.bridge, no_auto_assign = excluded.no_auto_assign, zerotier_version = excluded.zerotier_version, seen_at = clock_timestamp(),
       requested_at = CASE WHEN excluded.authorized THEN NULL ELSE c.requested_at END`,
    values,
  );
  if (moves.length === 0) return moves;
  await run(
    `UPDATE controller_records c SET move_by = NULL, move_why = NULL, admitted_by = CASE WHEN r.authorized THEN r.by END,
            sent_away_at = CASE WHEN NOT r.authorized AND r.by IS NOT NULL THEN clock_timestamp() END
       FROM jsonb_to_recordset($2::jsonb) AS r(address text, authorized boolean, by text) WHERE c.network_id = $1 AND c.address = r.address`,
    [network, JSON.stringify(moves)],
  );
  return moves;
}

export async function noteRequested(tx: Transaction, network: NetworkId, addresses: NodeAddress[]): Promise<void> {
  await runIn(tx)(
    'UPDATE controller_records SET requested_at = clock_timestamp() WHERE network_id = $1 AND address = ANY($2)',
    [network, addresses],
  );
}

/** The record is gone, and with it what a person had said of the node. */
export async function noteForgotten(tx: Transaction, network: NetworkId, addresses: NodeAddress[]): Promise<void> {
  for (const table of ['controller_records', 'verdicts'])
    await runIn(tx)(`DELETE FROM ${table} WHERE network_id = $1 AND address = ANY($2)`, [network, addresses]);
}

/** Commands that are under way show that their node was let in. */
export async function noteStages(tx: Transaction, stages: readonly { item: ItemId; detail: string }[]): Promise<void> {
  await runIn(tx)(
    `INSERT INTO command_stages (command_id, stage, item_id, detail, at)
     SELECT i.command_id, 'authorized', i.item_id, r.detail, clock_timestamp()
       FROM unnest($1::text[], $2::text[]) AS r(item, detail) JOIN command_items i ON i.item_id = r.item
       JOIN commands c ON c.id = i.command_id AND c.ended_at IS NULL ORDER BY i.command_id ON CONFLICT DO NOTHING`,
    [stages.map(({ item }) => item), stages.map(({ detail }) => detail)],
  );
}
