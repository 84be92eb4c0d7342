import type { ApiFact, ContainerId } from '@orrery/shared/contracts';
import type { CommandEntity } from '../database/entities/command.entity.js';
import type { Transaction } from '../database/sql.js';
import { runIn } from '../database/statements.js';
import { writeAllToOutbox, type OutboxRefs } from '../events/outbox.js';

type Moved = Extract<
  ApiFact,
  { type: 'command.created' | 'command.delivered' | 'command.cancelled' | 'command.superseded' }
>;
type Subject = Pick<CommandEntity, 'id' | 'hostId' | 'action' | 'target' | 'nodeId' | 'networkIds'>;

/** The fact that somebody or something moved a command; `by` is a token's name, or who acts on its own. */
export function commandFact(type: Moved['type'], command: Subject, by: string): Moved {
  const { id, hostId, action, target } = command;
  return { type, data: { command: id, host: hostId, action, target, by } };
}

/** By what a command's events are found. One about several networks is found by none of them. */
function refsOf({ id, hostId, nodeId, networkIds }: Subject, containerName: string | null): OutboxRefs {
  const [networkId = null] = networkIds.length === 1 ? networkIds : [];
  return { hostId, nodeId, networkId, commandId: id, containerName };
}

/** Tells that commands were moved, in the transaction that moves them, with the names that their containers have now. */
export async function tellOfCommands(
  manager: Transaction,
  commands: readonly CommandEntity[],
  factsOf: (command: CommandEntity) => ApiFact[],
): Promise<void> {
  const ids = commands.flatMap(({ containerId }) => containerId ?? []);
  const rows =
    ids.length === 0
      ? []
      : await runIn(manager)<{ id: ContainerId; name: string }>('SELECT id, name FROM containers WHERE id = ANY($1)', [
          ids,
        ]);
  const names = new Map(rows.map(({ id, name }) => [id, name]));
  const nameOf = ({ containerId }: CommandEntity) => (containerId && names.get(containerId)) ?? null;
  await writeAllToOutbox(
    manager,
    commands.flatMap((command) => factsOf(command).map((fact) => ({ fact, ...refsOf(command, nameOf(command)) }))),
  );
}
