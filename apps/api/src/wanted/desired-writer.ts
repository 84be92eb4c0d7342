import { Injectable } from '@nestjs/common';
import { explain, type CommandId, type HostId } from '@orrery/shared/contracts';
import { AppError, newId } from '@orrery/shared/runtime';
import type { Transaction } from '../database/sql.js';
import type { CommandEntity } from '../database/entities/command.entity.js';
import type { ItemEntity } from '../database/entities/item.entity.js';
import { runIn } from '../database/statements.js';
import { supersede, type TouchedItem } from './command-supersede.js';
import { commandFact, tellOfCommands } from './command-facts.js';
import { makeCommands } from './command-writes.js';
import { commandById, itemsById } from './commands.repository.js';
import { bumpRevision, bumpRevisions, deleteItems, deleteMadeItems, putItems, restoreItems } from './item-writes.js';
import type { DesiredChange, HostChange } from './desired-change.js';
import { refuseForeignNetworks, refuseWithoutNetworks } from './network-scope.js';

export type { DesiredChange, HostChange } from './desired-change.js';

/** The one writer of what is wanted. Everything happens in the caller's transaction; nothing is sent before its commit. */
@Injectable()
export class DesiredWriter {
  /**
   * Changes items of one host under one new revision and makes the command that follows it to its end. Older commands whose
   * items it replaces are superseded. Throws AppError `unknown-host`.
   */
  async change(manager: Transaction, hostId: HostId, change: DesiredChange): Promise<CommandEntity> {
    const id = change.command.id ?? newId('cmd');
    await this.changeAll(manager, [{ ...change, hostId, command: { ...change.command, id } }]);
    return commandById(manager, id);
  }

  /**
   * The same on many hosts at once, at most one change for each, in as many statements as for one. The caller holds the locks
   * of all of them.
   */
  async changeAll(manager: Transaction, changes: readonly HostChange[]): Promise<void> {
    if (changes.length === 0) return;
    refuseForeignNetworks(changes.flatMap(networksOf));
    for (const { command } of changes) refuseWithoutNetworks(command.networkIds ?? []);
    const revisions = await bumpRevisions(
      manager,
      changes.map(({ hostId }) => hostId),
    );
    const numbered = changes.map((change) => ({ ...change, revision: revisions.get(change.hostId) as number }));
    const before = await putItems(manager, numbered);
    await deleteItems(
      manager,
      numbered.flatMap(({ hostId, removes = [] }) => removes.map((itemId) => ({ hostId, itemId }))),
    );
    await supersede(manager, numbered.flatMap(touchedBy));
    await makeCommands(manager, numbered, before);
  }

  /** Has the host's agent observe and report only, or work again; false when it is so already. Throws AppError `unknown-host`. */
  async pause(manager: Transaction, hostId: HostId, paused: boolean): Promise<boolean> {
    const changed = await runIn(manager)(
      'UPDATE hosts SET paused = $2, version = version + 1 WHERE id = $1 AND removed_at IS NULL AND paused <> $2 RETURNING 1',
      [hostId, paused],
    );
    if (changed.length > 0) await bumpRevision(manager, hostId);
    return changed.length > 0;
  }

  /**
   * Takes back a command that no agent has seen. Items go back to what they were before it; an item that it made becomes
   * absent, because a host may be taking it over at this very moment. Throws AppError `unknown-command`, `not-cancellable`.
   */
  async cancel(
    manager: Transaction,
    commandId: CommandId,
    by: string,
  ): Promise<{ command: CommandEntity; restored: ItemEntity[] }> {
    const command = await lockQueued(manager, commandId);
    refuseForeignNetworks(command.networkIds);
    const revision = await bumpRevision(manager, command.hostId);
    // What was adopted a person had joined: taken back, it is theirs again, and absent would leave it.
    if (command.action === 'adopt') await deleteMadeItems(manager, command.hostId, command.id);
    const restored = await restoreItems(manager, command.id, revision);
    await runIn(manager)(`UPDATE commands SET state = 'cancelled', ended_at = clock_timestamp() WHERE id = $1`, [
      commandId,
    ]);
    await tellOfCommands(manager, [command], () => [commandFact('command.cancelled', command, by)]);
    const cancelled = await commandById(manager, commandId);
    const ids = restored.map(({ id }) => id);
    return { command: cancelled, restored: await itemsById(manager, ids) };
  }
}

const touchedBy = ({ hostId, items, removes = [], command: { by } }: HostChange): TouchedItem[] =>
  [...items.map(({ id }) => id), ...removes].map((itemId) => ({ hostId, itemId, by }));

const networksOf = ({ command: { networkIds = [] }, items }: HostChange) => [
  ...networkIds,
  ...items.flatMap((item) => (item.kind === 'membership' ? [item.network] : [])),
];

async function lockQueued(manager: Transaction, id: CommandId): Promise<CommandEntity> {
  const [found] = await runIn(manager)<{ host_id: HostId }>(
    `SELECT c.host_id FROM commands c JOIN hosts h ON h.id = c.host_id WHERE c.id = $1 FOR NO KEY UPDATE OF h`,
    [id],
  );
  if (!found)
    throw new AppError({ kind: 'user', ...explain('unknown-command', { cause: `there is no command ${id}` }) });
  const command = await commandById(manager, id);
  if (command.state === 'queued') return command;
  throw new AppError({ kind: 'user', ...explain('not-cancellable/state', { state: command.state }) });
}
