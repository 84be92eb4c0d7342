import type { ApiFact, CommandId, HostId, NetworkId, NodeId } from '@orrery/shared/contracts';
import type { Transaction } from '../database/sql.js';
import { runIn } from '../database/statements.js';

/** The subjects of an event besides its data, by which it is found. */
export interface OutboxRefs {
  hostId?: HostId | null;
  nodeId?: NodeId | null;
  networkId?: NetworkId | null;
  commandId?: CommandId | null;
  containerName?: string | null;
}

interface OutboxEntry extends OutboxRefs {
  fact: ApiFact;
}

/**
 * Records facts of the API's own, in the transaction of the change that they describe. Ingest moves them into the
 * history.
 */
export async function writeAllToOutbox(manager: Transaction, entries: readonly OutboxEntry[]): Promise<void> {
  if (entries.length === 0) return;
  const rows = entries.map(({ fact, hostId, nodeId, networkId, commandId, containerName }) => ({
    type: fact.type,
    data: fact.data,
    host_id: hostId,
    node_id: nodeId,
    network_id: networkId,
    command_id: commandId,
    container_name: containerName,
  }));
  await runIn(manager)(
    `INSERT INTO outbox (type, host_id, node_id, network_id, command_id, container_name, data)
     SELECT type, host_id, node_id, network_id, command_id, container_name, data
     FROM jsonb_to_recordset($1::jsonb) AS r(type text, host_id text, node_id text, network_id text, command_id text, container_name text, data jsonb)`,
    [JSON.stringify(rows)],
  );
}

/** One fact; see `writeAllToOutbox`. */
export const writeToOutbox = (manager: Transaction, fact: ApiFact, refs: OutboxRefs = {}) =>
  writeAllToOutbox(manager, [{ fact, ...refs }]);
