import type { ApiFact, CommandId, ContainerId, HostId, ItemId } from '@orrery/shared/contracts';
import { CommandEntity } from '../database/entities/command.entity.js';
import type { Transaction } from '../database/sql.js';
import { runIn } from '../database/statements.js';
import { writeAllToOutbox, type OutboxRefs } from '../events/outbox.js';
import type { ItemBefore } from './item-writes.js';
import type { HostChange } from './wanted-items.js';

/**
 * Creates the commands of changes that are written, each with its items and their previous state, and records the
 * events in this order.
 */
export async function makeCommands(
  tx: Transaction,
  changes: readonly (HostChange & { revision: number })[],
  before: ReadonlyMap<ItemId, ItemBefore>,
): Promise<void> {
  const run = runIn(tx);
  const rows = changes.map(({ hostId, revision, command }) => ({ networkIds: [], ...command, hostId, revision }));
  await run(
    `INSERT INTO commands (id, host_id, action, target, container_id, node_id, network_ids, group_id, revision, created_by)
     SELECT id, "hostId", action, target, "containerId", "nodeId", "networkIds", "groupId", revision, "createdBy"
     FROM jsonb_to_recordset($1::jsonb) AS r(id text, "hostId" text, action text, target text, "containerId" text, "nodeId" text,
       "networkIds" text[], "groupId" text, revision bigint, "createdBy" text)`,
    [JSON.stringify(rows)],
  );
  const items = changes.flatMap(({ items, revision, command }) =>
    items.map(({ id }) => ({ command: command.id, item: id, revision, previous: before.get(id) ?? null })),
  );
  await run(
    `INSERT INTO command_items (command_id, item_id, revision, previous) SELECT command, item, revision, previous
     FROM jsonb_to_recordset($1::jsonb) AS r(command text, item text, revision bigint, previous jsonb)`,
    [JSON.stringify(items)],
  );
  const ids = rows.map(({ id }) => id);
  await run(`INSERT INTO command_stages (command_id, stage) SELECT unnest($1::text[]), 'accepted'`, [ids]);
  const made = new Map((await commandsById(tx, ids)).map((command) => [command.id, command]));
  await tellOfCommands(
    tx,
    ids.flatMap((id) => made.get(id) ?? []),
    (command) => [commandFact('command.created', command, command.createdBy)],
  );
}

/** An item that a newer command changes, and who gave that command. */
export interface TouchedItem {
  hostId: HostId;
  itemId: ItemId;
  by: string;
}

/** Ends the unfinished commands of hosts that wait for one of these items. */
export async function supersede(tx: Transaction, touched: readonly TouchedItem[]): Promise<void> {
  if (touched.length === 0) return;
  const superseded = await runIn(tx)<{ id: CommandId }>(
    `UPDATE commands c SET state = 'superseded', ended_at = clock_timestamp()
     FROM (SELECT DISTINCT o.id FROM unnest($1::text[], $2::text[]) AS t(host_id, item_id)
             JOIN command_items i ON i.item_id = t.item_id
             JOIN commands o ON o.id = i.command_id AND o.host_id = t.host_id
           WHERE o.state IN ('queued', 'delivered', 'waiting')) older
     WHERE c.id = older.id RETURNING c.id`,
    [touched.map(({ hostId }) => hostId), touched.map(({ itemId }) => itemId)],
  );
  const by = new Map(touched.map((item) => [item.hostId, item.by]));
  await tellOfEnded(tx, superseded, 'command.superseded', ({ hostId }) => by.get(hostId) ?? '');
}

/** Cancels all unfinished commands of a forgotten host. They have no outcome, because no report will come. */
export async function withdrawCommands(tx: Transaction, hostId: HostId, by: string): Promise<void> {
  const withdrawn = await runIn(tx)<{ id: CommandId }>(
    `UPDATE commands SET state = 'cancelled', outcome = NULL, ended_at = clock_timestamp()
     WHERE host_id = $1 AND state IN ('queued', 'delivered', 'waiting') RETURNING id`,
    [hostId],
  );
  await tellOfEnded(tx, withdrawn, 'command.cancelled', () => by);
}

async function tellOfEnded(
  tx: Transaction,
  ended: readonly { id: CommandId }[],
  type: Moved['type'],
  byOf: (command: CommandEntity) => string,
): Promise<void> {
  if (ended.length === 0) return;
  const ids = ended.map(({ id }) => id);
  await tellOfCommands(tx, await commandsById(tx, ids), (command) => [commandFact(type, command, byOf(command))]);
}

/** In order of creation. */
export const commandsById = (tx: Transaction, ids: readonly CommandId[]): Promise<CommandEntity[]> =>
  tx
    .createQueryBuilder(CommandEntity, 'c')
    .where('c.id = ANY(:ids)', { ids })
    .orderBy({ 'c.createdAt': 'ASC', 'c.id': 'ASC' })
    .getMany();

type Moved = Extract<
  ApiFact,
  { type: 'command.created' | 'command.delivered' | 'command.cancelled' | 'command.superseded' }
>;
type Told = Pick<CommandEntity, 'id' | 'hostId' | 'action' | 'target' | 'nodeId' | 'networkIds'>;

/** The event that a command has changed state; `by` is a token's name, or the component that acted on its own. */
export function commandFact(type: Moved['type'], command: Told, by: string): Moved {
  const { id, hostId, action, target } = command;
  return { type, data: { command: id, host: hostId, action, target, by } };
}

/** The references by which a command's events are found. A command about several networks is found by none of them. */
function refsOf({ id, hostId, nodeId, networkIds }: Told, containerName: string | null): OutboxRefs {
  const [networkId = null] = networkIds.length === 1 ? networkIds : [];
  return { hostId, nodeId, networkId, commandId: id, containerName };
}

/**
 * Records that commands have changed state, in the transaction that changes them, with the current names of their
 * containers.
 */
export async function tellOfCommands(
  tx: Transaction,
  commands: readonly CommandEntity[],
  factsOf: (command: CommandEntity) => ApiFact[],
): Promise<void> {
  const ids = commands.flatMap(({ containerId }) => containerId ?? []);
  const rows =
    ids.length === 0
      ? []
      : await runIn(tx)<{ id: ContainerId; name: string }>('SELECT id, name FROM containers WHERE id = ANY($1)', [ids]);
  const names = new Map(rows.map(({ id, name }) => [id, name]));
  const nameOf = ({ containerId }: CommandEntity) => (containerId && names.get(containerId)) ?? null;
  await writeAllToOutbox(
    tx,
    commands.flatMap((command) => factsOf(command).map((fact) => ({ fact, ...refsOf(command, nameOf(command)) }))),
  );
}
