import { Injectable } from '@nestjs/common';
import {
  MembershipSettings,
  type CommandId,
  type Intent,
  type MembershipSettingsChange,
  type NetworkId,
  type ObservedMembership,
  explain,
} from '@orrery/shared/contracts';
import { AppError } from '@orrery/shared/runtime';
import { isDeepStrictEqual } from 'node:util';
import type { Transaction } from '../database/sql.js';
import { checkIfMatch } from '../http/etag.js';
import type { FoundNode } from '../references/references.service.js';
import { membershipDraft, newMembership } from '../wanted/drafts.js';
import { Wanted, type Origin, type WantedMembership } from '../wanted/wanted.service.js';

export interface Join {
  settings?: MembershipSettingsChange | undefined;
  adopt: boolean;
}
type ConditionalOrigin = Origin & { ifMatch?: string | undefined };

/** The rules of join, leave, adopt and release, each within a transaction that holds the host's lock. */
@Injectable()
export class MembershipChanges {
  constructor(private readonly wanted: Wanted) {}

  /** Joining what is joined: a new command on the same membership. What a person joined is only taken over with `adopt`. */
  async join(
    tx: Transaction,
    node: FoundNode,
    network: NetworkId,
    asked: Join,
    origin: ConditionalOrigin,
  ): Promise<CommandId> {
    await this.#refuseIfRemoved(tx, node);
    const membership = await this.wanted.membership(tx, node.id, network);
    const action = asked.adopt ? 'adopt' : 'join';
    if (membership) {
      checkIfMatch(origin.ifMatch, membership.version, what(node, network));
      const settings = changed(membership.settings, asked.settings);
      return this.#set(tx, node, { before: membership, intent: 'present', settings }, action, origin);
    }
    const observed = await this.wanted.observedMembership(tx, node.id, network);
    checkIfMatch(origin.ifMatch, observed ? null : undefined, what(node, network));
    if (observed && !asked.adopt) throw unmanaged(node, network, 'join');
    if (!observed && asked.adopt) throw notAdoptable(node, network);
    const found = observed ? settingsOf(observed) : MembershipSettings.parse({});
    const added = newMembership(node.id, network, changed(found, asked.settings));
    return this.#add(tx, node, added, action, origin);
  }

  async leave(tx: Transaction, node: FoundNode, network: NetworkId, origin: ConditionalOrigin): Promise<CommandId> {
    const membership = await this.#managed(tx, node, network, 'leave');
    checkIfMatch(origin.ifMatch, membership.version, what(node, network));
    return this.#set(tx, node, { before: membership, intent: 'absent' }, 'leave', origin);
  }

  /** Of a host's own daemon: Orrery forgets that it wanted it; the node stays in the network, and the membership is shown as unmanaged. */
  async release(tx: Transaction, node: FoundNode, network: NetworkId, origin: ConditionalOrigin): Promise<CommandId> {
    const membership = await this.#managed(tx, node, network, 'release');
    if (node.kind === 'container') throw notReleasable(node, network);
    checkIfMatch(origin.ifMatch, membership.version, what(node, network));
    return this.wanted.change(
      tx,
      node.hostId,
      { ...about('release', node, network), items: [], removes: [membership.itemId], containerChanged: true },
      origin,
    );
  }

  async #add(tx: Transaction, node: FoundNode, added: WantedMembership, action: 'join' | 'adopt', origin: Origin) {
    return this.wanted.change(
      tx,
      node.hostId,
      {
        ...about(action, node, added.networkId),
        items: [membershipDraft(added, node.kind)],
        addedMemberships: [added],
        containerChanged: true,
      },
      origin,
    );
  }

  async #set(
    tx: Transaction,
    node: FoundNode,
    { before, ...change }: { before: WantedMembership; intent: Intent; settings?: MembershipSettings },
    action: 'join' | 'adopt' | 'leave',
    origin: Origin,
  ): Promise<CommandId> {
    const membership = { ...before, ...change };
    const isChanged = !isDeepStrictEqual(membership, before);
    return this.wanted.change(
      tx,
      node.hostId,
      {
        ...about(action, node, membership.networkId),
        items: [membershipDraft(membership, node.kind)],
        changedMemberships: isChanged ? [membership.networkId] : [],
        containerChanged: isChanged,
      },
      origin,
    );
  }

  async #managed(tx: Transaction, node: FoundNode, network: NetworkId, verb: string): Promise<WantedMembership> {
    const membership = await this.wanted.membership(tx, node.id, network);
    if (membership) return membership;
    if (await this.wanted.observedMembership(tx, node.id, network)) throw unmanaged(node, network, verb);
    throw new AppError({
      kind: 'user',
      ...explain('unknown-membership/node', {
        node: node.name,
        cause: `${node.name} is not in ${network}, and was not meant to be`,
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

const about = (action: 'join' | 'leave' | 'adopt' | 'release', node: FoundNode, network: NetworkId) => ({
  action,
  target: `${node.name} in ${network}`,
  container: node.containerId,
  node: node.id,
  networks: [network],
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

/** The settings that it has: adopting changes nothing. */
const settingsOf = ({ allowManaged, allowManagedList, allowGlobal, allowDefault, allowDNS }: ObservedMembership) =>
  MembershipSettings.parse({
    allowManaged: allowManaged && allowManagedList?.length ? allowManagedList : allowManaged,
    allowGlobal,
    allowDefault,
    allowDNS,
  });

const unmanaged = (node: FoundNode, network: NetworkId, verb: string) =>
  new AppError({ kind: 'user', ...explain('unmanaged-membership/membership', { node: node.name, network, verb }) });

/** Its networks are written into it whenever it is made: a restart would leave what no item names. */
const notReleasable = (node: FoundNode, network: NetworkId) =>
  new AppError({ kind: 'user', ...explain('not-releasable/membership', { node: node.name, network }) });

const notAdoptable = (node: FoundNode, network: NetworkId) =>
  new AppError({ kind: 'user', ...explain('not-adoptable/membership', { node: node.name, network }) });
