import type { ControllerRecord, ItemId, NetworkConfig, NetworkId, NodeAddress } from '@orrery/shared/contracts';
import type { Sql, Transaction } from '../database/sql.js';
import { runIn } from '../database/statements.js';
import type { AnnouncementPlan } from '../routes/plan-announcements.js';

/** Notes that the controller now has the network as it was desired at that time, with these routes by routers. */
export async function noteApplied(
  tx: Transaction,
  id: NetworkId,
  name: string,
  config: NetworkConfig,
  { announcements, isSwitching }: AnnouncementPlan,
): Promise<void> {
  await runIn(tx)(
    `INSERT INTO network_status (network_id, applied_config, applied_name, applied_routes, switching_since)
     SELECT id, $2::jsonb, $3, $4::jsonb, CASE WHEN $5 THEN clock_timestamp() END FROM networks WHERE id = $1
     ON CONFLICT (network_id) DO UPDATE SET applied_config = excluded.applied_config, applied_name = excluded.applied_name,
       applied_routes = excluded.applied_routes, switching_since = excluded.switching_since, cause = NULL`,
    [id, JSON.stringify(config), name, JSON.stringify(announcements), isSwitching],
  );
}

/**
 * Notes why the controller does not have the desired network, or null if nothing is wrong. `gone`: the controller no
 * longer knows it.
 */
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

/**
 * Notes which nodes are about to be authorized or deauthorized, by whom and why, so that this is known even if the call
 * to the controller fails.
 */
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
  /** Absent if only the rest of the record is to change. */
  by?: string | undefined;
  why?: string | undefined;
  /** Its desired fixed addresses. */
  addresses?: string[] | undefined;
}

/** A node that has just been authorized or deauthorized. `by` is null if Orrery did not do it. */
export interface Move {
  address: NodeAddress;
  authorized: boolean;
  by: string | null;
  why: string | null;
}

/**
 * Each reading already notes that a controller answers (`controller_status.checked_at`), so the time for each network
 * may be coarse.
 */
const NOTE_READ_EVERY = "interval '1 minute'";

/**
 * Replaces all records of the network with what the controller has, and deletes all other rows. Returns the nodes whose
 * authorization changed.
 */
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
 * Updates some records, writing only those that differ. (ON CONFLICT alone would lock every row, which is also a
 * write.) Orrery must not deauthorize nodes that someone else authorized.
 */
export async function putRecords(tx: Transaction, network: NetworkId, records: ControllerRecord[]): Promise<Move[]> {
  const run = runIn(tx);
  // Selected by address, so that a few records do not cost as much as the whole network.
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

/** Deletes the record together with people's verdict on the node. */
export async function noteForgotten(tx: Transaction, network: NetworkId, addresses: NodeAddress[]): Promise<void> {
  for (const table of ['controller_records', 'verdicts'])
    await runIn(tx)(`DELETE FROM ${table} WHERE network_id = $1 AND address = ANY($2)`, [network, addresses]);
}

/** Shows in commands under way that their node was authorized. */
export async function noteStages(tx: Transaction, stages: readonly { item: ItemId; detail: string }[]): Promise<void> {
  await runIn(tx)(
    `INSERT INTO command_stages (command_id, stage, item_id, detail, at)
     SELECT i.command_id, 'authorized', i.item_id, r.detail, clock_timestamp()
       FROM unnest($1::text[], $2::text[]) AS r(item, detail) JOIN command_items i ON i.item_id = r.item
       JOIN commands c ON c.id = i.command_id AND c.ended_at IS NULL ORDER BY i.command_id ON CONFLICT DO NOTHING`,
    [stages.map(({ item }) => item), stages.map(({ detail }) => detail)],
  );
}
