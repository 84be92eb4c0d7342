import { Injectable } from '@nestjs/common';
import { explain, type CommandId, type HostId } from '@orrery/shared/contracts';
import { AppError } from '@orrery/shared/runtime';
import { CommandEntity } from '../database/entities/command.entity.js';
import { existing, HostEntity } from '../database/entities/host.entity.js';
import { nextVersion, type Transaction } from '../database/sql.js';
import { runIn } from '../database/statements.js';
import { commandFact, makeCommands, supersede, tellOfCommands, type TouchedItem } from './command-writes.js';
import {
  addContainers,
  addMemberships,
  bumpContainers,
  bumpMemberships,
  deleteItems,
  deleteMadeItems,
  followItems,
  noteAdjusted,
  putItems,
  putRouters,
  restoreItems,
} from './item-writes.js';
import { refuseForeignNetworks, refuseUnseenNetworks, refuseWithoutNetworks } from './network-scope.js';
import { bumpRevision, bumpRevisions } from './revisions.js';
import { refuseToLoseRouters } from './routers-in-use.js';
import type { HostChange } from './wanted-items.js';

/**
 * The only writer of desired state. Everything happens in the caller's transaction; nothing is sent before its commit.
 */
@Injectable()
export class DesiredWriter {
  /**
   * Changes items of hosts, at most one change for each, under one new revision of each, and creates the commands that
   * follow them. Older commands whose items are replaced are superseded. Takes as many statements for many hosts as for
   * one. The caller holds the locks of all of them (`lockHosts`). Throws AppError `unknown-host`.
   */
  async write(tx: Transaction, changes: readonly HostChange[]): Promise<void> {
    if (changes.length === 0) return;
    await refuseToLoseRouters(tx, changes);
    await this.#writeRows(tx, changes);
    refuseForeignNetworks(changes.flatMap(networksOf));
    for (const { command } of changes) refuseWithoutNetworks(command.networkIds ?? []);
    const revisions = await bumpRevisions(
      tx,
      changes.map(({ hostId }) => hostId),
    );
    const numbered = changes.map((change) => ({ ...change, revision: revisions.get(change.hostId) as number }));
    const before = await putItems(tx, numbered);
    await deleteItems(
      tx,
      numbered.flatMap(({ hostId, removes = [] }) => removes.map((itemId) => ({ hostId, itemId }))),
    );
    await supersede(tx, numbered.flatMap(touchedBy));
    await makeCommands(tx, numbered, before);
  }

  /**
   * Changes what routers watch, on Orrery's own account and without a command. What their agents said of them still counts, and
   * unfinished commands wait for them as they are now. The caller holds the locks of the hosts (`lockHosts`).
   */
  async adjust(tx: Transaction, changes: readonly Pick<HostChange, 'hostId' | 'items'>[]): Promise<void> {
    if (changes.length === 0) return;
    const revisions = await bumpRevisions(
      tx,
      changes.map(({ hostId }) => hostId),
    );
    const numbered = changes.map((change) => ({ ...change, revision: revisions.get(change.hostId) as number }));
    await noteAdjusted(
      tx,
      changes.flatMap(({ items }) => items.map(({ id }) => id)),
    );
    await putItems(tx, numbered);
    await followItems(tx, numbered);
  }

  /** The rows of containers and memberships, besides their items. */
  async #writeRows(tx: Transaction, changes: readonly HostChange[]): Promise<void> {
    const memberships = changes.flatMap(({ hostId, addedMemberships = [] }) =>
      addedMemberships.map(({ nodeId, networkId, itemId, byLabel }) => ({
        nodeId,
        networkId,
        hostId,
        itemId,
        byLabel,
      })),
    );
    await refuseUnseenNetworks(tx, [...new Set(memberships.map(({ networkId }) => networkId))]);
    await addContainers(
      tx,
      changes.flatMap(({ addedContainer }) => addedContainer ?? []),
    );
    await addMemberships(tx, memberships);
    await putRouters(
      tx,
      changes.flatMap(({ routers = [] }) => routers),
    );
    await bumpMemberships(
      tx,
      changes.flatMap(({ command: { nodeId }, changedMemberships = [] }) =>
        nodeId ? changedMemberships.map((networkId) => ({ nodeId, networkId })) : [],
      ),
    );
    await bumpContainers(
      tx,
      changes.flatMap(({ containerChanged, command: { nodeId } }) => (containerChanged && nodeId) || []),
    );
  }

  /** Pauses or resumes the host's agent; false if it already is in that state. Throws AppError `unknown-host`. */
  async pause(tx: Transaction, id: HostId, paused: boolean): Promise<boolean> {
    const { affected } = await tx.update(
      HostEntity,
      { id, paused: !paused, ...existing },
      { paused, version: nextVersion },
    );
    if (affected) await bumpRevision(tx, id);
    return Boolean(affected);
  }

  /**
   * Takes back a command that no agent has seen. Its items return to their previous state; an item that it created
   * becomes absent, because a host may be receiving it at this very moment. Throws AppError `unknown-command`,
   * `not-cancellable`.
   */
  async cancel(tx: Transaction, id: CommandId, by: string): Promise<void> {
    const command = await lockQueued(tx, id);
    refuseForeignNetworks(command.networkIds);
    const revision = await bumpRevision(tx, command.hostId);
    // A person had joined an adopted membership: taking the command back makes it theirs again, but `absent` would
    // leave the network.
    if (command.action === 'adopt') await deleteMadeItems(tx, command.hostId, id);
    await restoreItems(tx, id, revision);
    await tx.update(CommandEntity, { id }, { state: 'cancelled', endedAt: () => 'clock_timestamp()' });
    await tellOfCommands(tx, [command], () => [commandFact('command.cancelled', command, by)]);
  }
}

const touchedBy = ({ hostId, items, removes = [], command: { createdBy: by } }: HostChange): TouchedItem[] =>
  [...items.map(({ id }) => id), ...removes].map((itemId) => ({ hostId, itemId, by }));

const networksOf = ({ command: { networkIds = [] }, items }: HostChange) => [
  ...networkIds,
  ...items.flatMap((item) => ('network' in item ? [item.network] : [])),
];

async function lockQueued(tx: Transaction, id: CommandId): Promise<CommandEntity> {
  const [found] = await runIn(tx)<{ host_id: HostId }>(
    `SELECT c.host_id FROM commands c JOIN hosts h ON h.id = c.host_id WHERE c.id = $1 FOR NO KEY UPDATE OF h`,
    [id],
  );
  if (!found)
    throw new AppError({ kind: 'user', ...explain('unknown-command', { cause: `there is no command ${id}` }) });
  const command = await tx.findOneByOrFail(CommandEntity, { id });
  if (command.state === 'queued') return command;
  throw new AppError({ kind: 'user', ...explain('not-cancellable/state', { state: command.state }) });
}
