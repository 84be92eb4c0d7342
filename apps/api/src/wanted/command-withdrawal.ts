import type { CommandId, HostId } from '@orrery/shared/contracts';
import type { Transaction } from '../database/sql.js';
import { runIn } from '../database/statements.js';
import { commandFact, tellOfCommands } from './command-facts.js';
import { commandsById } from './commands.repository.js';

/** Cancels all unfinished commands of a host that is forgotten. Nobody will say how they stand, so they have no outcome. */
export async function withdrawCommands(manager: Transaction, hostId: HostId, by: string): Promise<void> {
  const withdrawn = await runIn(manager)<{ id: CommandId }>(
    `UPDATE commands SET state = 'cancelled', outcome = NULL, ended_at = clock_timestamp()
     WHERE host_id = $1 AND state IN ('queued', 'delivered', 'waiting') RETURNING id`,
    [hostId],
  );
  if (withdrawn.length === 0) return;
  const ids = withdrawn.map(({ id }) => id);
  await tellOfCommands(manager, await commandsById(manager, ids), (command) => [
    commandFact('command.cancelled', command, by),
  ]);
}
