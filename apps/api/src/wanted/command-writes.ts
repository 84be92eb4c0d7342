import type { ItemId } from '@orrery/shared/contracts';
import { newId } from '@orrery/shared/runtime';
import type { Transaction } from '../database/sql.js';
import { runIn } from '../database/statements.js';
import { commandFact, tellOfCommands } from './command-facts.js';
import { commandsById } from './commands.repository.js';
import type { HostChange } from './desired-change.js';
import type { ItemBefore } from './item-writes.js';

interface NumberedChange extends HostChange {
  revision: number;
}

/** Makes the commands of changes that are written, each with its items and what these were before, and tells of them in this order. */
export async function makeCommands(
  manager: Transaction,
  changes: readonly NumberedChange[],
  before: ReadonlyMap<ItemId, ItemBefore['previous']>,
): Promise<void> {
  const run = runIn(manager);
  const rows = changes.map(toRow);
  await run(
    `INSERT INTO commands (id, host_id, action, target, container_id, node_id, network_ids, group_id, revision, created_by)
     SELECT id, host_id, action, target, container_id, node_id, network_ids, group_id, revision, created_by
     FROM jsonb_to_recordset($1::jsonb) AS r(id text, host_id text, action text, target text, container_id text, node_id text,
       network_ids text[], group_id text, revision bigint, created_by text)`,
    [JSON.stringify(rows)],
  );
  const items = changes.flatMap(({ items, revision }, index) =>
    items.map(({ id }) => ({ command_id: rows[index]?.id, item_id: id, revision, previous: before.get(id) ?? null })),
  );
  await run(
    `INSERT INTO command_items (command_id, item_id, revision, previous)
     SELECT command_id, item_id, revision, previous
     FROM jsonb_to_recordset($1::jsonb) AS r(command_id text, item_id text, revision bigint, previous jsonb)`,
    [JSON.stringify(items)],
  );
  const ids = rows.map(({ id }) => id);
  await run(`INSERT INTO command_stages (command_id, stage) SELECT unnest($1::text[]), 'accepted'`, [ids]);
  const made = new Map((await commandsById(manager, ids)).map((command) => [command.id, command]));
  await tellOfCommands(
    manager,
    ids.flatMap((id) => made.get(id) ?? []),
    (command) => [commandFact('command.created', command, command.createdBy)],
  );
}

function toRow({ hostId, revision, command }: NumberedChange) {
  const { id = newId('cmd'), action, target, containerId, nodeId, networkIds = [], groupId, by } = command;
  return {
    id,
    host_id: hostId,
    action,
    target,
    container_id: containerId ?? null,
    node_id: nodeId ?? null,
    network_ids: networkIds,
    group_id: groupId ?? null,
    revision,
    created_by: by,
  };
}
