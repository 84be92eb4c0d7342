import { Injectable } from '@nestjs/common';
import {
  explain,
  MembershipSettings,
  type CommandId,
  type MembershipSettingsChange,
  type NetworkId,
  type ObservedMembership,
} from '@orrery/shared/contracts';
import { AppError, newId } from '@orrery/shared/runtime';
import { isDeepStrictEqual } from 'node:util';
import type { Answer } from '../changes/answer.js';
import type { Asked } from '../changes/asked.decorator.js';
import { Changes } from '../changes/changes.service.js';
import { CommandsService } from '../commands/commands.service.js';
import type { Transaction } from '../database/sql.js';
import { checkIfMatch } from '../http/etag.js';
import { References, type FoundNode } from '../references/references.service.js';
import { DesiredWriter } from '../wanted/desired-writer.js';
import { refuseForeignNetworks } from '../wanted/network-scope.js';
import { lockHosts } from '../wanted/revisions.js';
import {
  membershipDraft,
  newMembership,
  type HostChange,
  type Origin,
  type WantedMembership,
} from '../wanted/wanted-items.js';
import { Wanted } from '../wanted/wanted.service.js';

/** The requested change to one membership. */
export type MembershipChange =
  { action: 'join' | 'adopt'; settings?: MembershipSettingsChange | undefined } | { action: 'leave' | 'release' };

/** `ifMatch`: of the request, if it has one. */
type By = Origin & { ifMatch?: string | undefined };

/** The rules of join, leave, adopt and release. */
@Injectable()
export class MembershipChanges {
  constructor(
    private readonly changes: Changes,
    private readonly references: References,
    private readonly wanted: Wanted,
    private readonly writer: DesiredWriter,
    private readonly commands: CommandsService,
  ) {}

  /** A request: one transaction and one command. */
  request(asked: Asked, node: string, network: string, change: MembershipChange): Promise<Answer> {
    return this.changes.run(asked, async (tx) => {
      const found = await this.references.node(tx, node);
      const id = await this.references.network(tx, network);
      refuseForeignNetworks([id]);
      return this.commands.accepted(tx, await this.make(tx, found, id, change, { ...asked, group: null }));
    });
  }

  /** Makes the change within a larger transaction, and returns its command. */
  async make(
    tx: Transaction,
    node: FoundNode,
    network: NetworkId,
    change: MembershipChange,
    by: By,
  ): Promise<CommandId> {
    await lockHosts(tx, [node.hostId]);
    const decided = await this.decide(tx, node, network, change, by);
    await this.writer.write(tx, [decided]);
    return decided.command.id;
  }

  /** Decides what the change writes, in a transaction that holds the host's lock. */
  async decide(
    tx: Transaction,
    node: FoundNode,
    network: NetworkId,
    change: MembershipChange,
    by: By,
  ): Promise<HostChange> {
    switch (change.action) {
      case 'join':
      case 'adopt':
        return this.#join(tx, node, network, change, by);
      case 'leave':
        return this.#leave(tx, node, network, by);
      case 'release':
        return this.#release(tx, node, network, by);
    }
  }

  /** Joining again creates a new command on the same membership. A membership that a person created needs `adopt`. */
  async #join(
    tx: Transaction,
    node: FoundNode,
    network: NetworkId,
    { action, settings }: Extract<MembershipChange, { action: 'join' | 'adopt' }>,
    by: By,
  ): Promise<HostChange> {
    await this.#refuseIfRemoved(tx, node);
    const membership = await this.wanted.membership(tx, node.id, network);
    if (membership) {
      checkIfMatch(by.ifMatch, membership.version, what(node, network));
      if (membership.byLabel) await this.wanted.keepFromLabels(tx, node.id, network);
      const wanted = { intent: 'present' as const, settings: changed(membership.settings, settings) };
      return set(action, node, membership, wanted, by);
    }
    const observed = await this.wanted.observedMembership(tx, node.id, network);
    checkIfMatch(by.ifMatch, observed ? null : undefined, what(node, network));
    if (observed && action === 'join') throw unmanaged(node, network, 'join');
    if (!observed && action === 'adopt') throw notAdoptable(node, network);
    const found = observed ? settingsOf(observed) : MembershipSettings.parse({});
    const added = newMembership(node.id, network, changed(found, settings));
    return {
      ...about(action, node, network, by),
      items: [membershipDraft(added, node.kind)],
      addedMemberships: [added],
      containerChanged: true,
    };
  }

  async #leave(tx: Transaction, node: FoundNode, network: NetworkId, by: By): Promise<HostChange> {
    const membership = await this.#managed(tx, node, network, 'leave');
    if (await this.wanted.isClaimed(tx, node.id, network))
      throw new AppError({ kind: 'user', ...explain('attached-by-label/membership', { node: node.name, network }) });
    checkIfMatch(by.ifMatch, membership.version, what(node, network));
    return set('leave', node, membership, { intent: 'absent' }, by);
  }

  /**
   * For a host's own daemon only: Orrery forgets the desired membership; the node stays in the network, and the
   * membership is shown as unmanaged.
   */
  async #release(tx: Transaction, node: FoundNode, network: NetworkId, by: By): Promise<HostChange> {
    const membership = await this.#managed(tx, node, network, 'release');
    if (node.kind === 'container') throw notReleasable(node, network);
    checkIfMatch(by.ifMatch, membership.version, what(node, network));
    return { ...about('release', node, network, by), items: [], removes: [membership.itemId], containerChanged: true };
  }

  async #managed(tx: Transaction, node: FoundNode, network: NetworkId, verb: string): Promise<WantedMembership> {
    const membership = await this.wanted.membership(tx, node.id, network);
    if (membership) return membership;
    if (await this.wanted.observedMembership(tx, node.id, network)) throw unmanaged(node, network, verb);
    throw new AppError({
      kind: 'user',
      ...explain('unknown-membership/node', {
        node: node.name,
        cause: `${node.name} is not in ${network}, and is not desired there`,
      }),
    });
  }

  async #refuseIfRemoved(tx: Transaction, node: FoundNode): Promise<void> {
    if (node.kind === 'host') return;
    const container = await this.wanted.containerOfNode(tx, node.id);
    if (container?.intent === 'present') return;
    throw new AppError({ kind: 'user', ...explain('being-removed/container', { container: node.name }) });
  }
}

const what = (node: FoundNode, network: NetworkId) => `the membership of ${node.name} in ${network}`;

/** Sets another intent or other settings, or the same again. */
function set(
  action: 'join' | 'adopt' | 'leave',
  node: FoundNode,
  before: WantedMembership,
  change: Partial<Pick<WantedMembership, 'intent' | 'settings'>>,
  by: Origin,
): HostChange {
  const membership = { ...before, ...change };
  const isChanged = !isDeepStrictEqual(membership, before);
  return {
    ...about(action, node, membership.networkId, by),
    items: [membershipDraft(membership, node.kind)],
    changedMemberships: isChanged ? [membership.networkId] : [],
    containerChanged: isChanged,
  };
}

const about = (
  action: MembershipChange['action'],
  { id: nodeId, hostId, name, containerId }: FoundNode,
  network: NetworkId,
  { by: createdBy, group: groupId }: Origin,
) => ({
  hostId,
  command: {
    id: newId('cmd'),
    action,
    target: `${name} in ${network}`,
    containerId,
    nodeId,
    networkIds: [network],
    groupId,
    createdBy,
  },
});

const changed = (
  present: MembershipSettings,
  { allowManaged, allowGlobal, allowDefault, allowDNS }: MembershipSettingsChange = {},
) => ({
  allowManaged: allowManaged ?? present.allowManaged,
  allowGlobal: allowGlobal ?? present.allowGlobal,
  allowDefault: allowDefault ?? present.allowDefault,
  allowDNS: allowDNS ?? present.allowDNS,
});

/** Its current settings, so that adopting changes nothing. */
const settingsOf = ({ allowManaged, allowManagedList, allowGlobal, allowDefault, allowDNS }: ObservedMembership) =>
  MembershipSettings.parse({
    allowManaged: allowManaged && allowManagedList?.length ? allowManagedList : allowManaged,
    allowGlobal,
    allowDefault,
    allowDNS,
  });

const unmanaged = (node: FoundNode, network: NetworkId, verb: string) =>
  new AppError({ kind: 'user', ...explain('unmanaged-membership/membership', { node: node.name, network, verb }) });

/**
 * A container's networks are written into it whenever it is created, so after a restart it would leave a network
 * without an item.
 */
const notReleasable = (node: FoundNode, network: NetworkId) =>
  new AppError({ kind: 'user', ...explain('not-releasable/membership', { node: node.name, network }) });

const notAdoptable = (node: FoundNode, network: NetworkId) =>
  new AppError({ kind: 'user', ...explain('not-adoptable/membership', { node: node.name, network }) });
