import type { CommandId, HostId, ItemId } from '@orrery/shared/contracts';
import type { Transaction } from '../database/sql.js';
import { runIn } from '../database/statements.js';
import { commandFact, tellOfCommands } from './command-facts.js';
import { commandsById } from './commands.repository.js';

/** An item of which a newer command wants something else, and who gave that. */
export interface TouchedItem {
  hostId: HostId;
  itemId: ItemId;
  by: string;
}

/** Ends the unfinished commands of hosts that wait for one of these items. */
export async function supersede(manager: Transaction, touched: readonly TouchedItem[]): Promise<void> {
  if (touched.length === 0) return;
  const superseded = await runIn(manager)<{ id: CommandId }>(
    `UPDATE commands c SET state = 'superseded', ended_at = clock_timestamp()
     FROM (SELECT DISTINCT o.id FROM unnest($1::text[], $2::text[]) AS t(host_id, item_id)
             JOIN command_items i ON i.item_id = t.item_id
             JOIN commands o ON o.id = i.command_id AND o.host_id = t.host_id
           WHERE o.state IN ('queued', 'delivered', 'waiting')) older
     WHERE c.id = older.id RETURNING c.id`,
    [touched.map(({ hostId }) => hostId), touched.map(({ itemId }) => itemId)],
  );
  if (superseded.length === 0) return;
  const commands = await commandsById(
    manager,
    superseded.map(({ id }) => id),
  );
  const by = new Map(touched.map((item) => [item.hostId, item.by]));
  await tellOfCommands(manager, commands, (command) => [
    commandFact('command.superseded', command, by.get(command.hostId) ?? ''),
  ]);
}
