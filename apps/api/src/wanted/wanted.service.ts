import { Injectable } from '@nestjs/common';
import type {
  CommandAction,
  CommandId,
  ContainerId,
  HostId,
  ItemId,
  NetworkId,
  NodeId,
} from '@orrery/shared/contracts';
import { newId } from '@orrery/shared/runtime';
import type { Transaction } from '../database/sql.js';
import { DesiredWriter, type HostChange } from './desired-writer.js';
import { lockHosts } from './host-lock.js';
import { refuseUnseenNetworks } from './network-scope.js';
import type { Draft } from './drafts.js';
import { WantedRepository, type WantedContainer, type WantedMembership } from './wanted.repository.js';

export type { WantedContainer, WantedMembership } from './wanted.repository.js';

/** On whose behalf, and as part of which fan-out. */
export interface Origin {
  by: string;
  group: CommandId | null;
  /** Given: changes are not written but put here, at most one for each host, for `write` to write all at once. */
  gathered?: GatheredChange[];
}

export interface GatheredChange {
  host: HostId;
  change: WantedChange;
  command: CommandId;
}

/** One command and all that it changes of a host's wanted state. */
export interface WantedChange {
  action: CommandAction;
  target: string;
  container?: ContainerId | null;
  node: NodeId;
  networks: NetworkId[];
  items: Draft[];
  addedContainer?: WantedContainer;
  addedMemberships?: WantedMembership[];
  /** Memberships whose version grows. */
  changedMemberships?: NetworkId[];
  /** The container's version grows: of it or of its networks something is different now. */
  containerChanged?: boolean;
  removes?: ItemId[];
}

/** Reads and changes what is wanted of a host: always in a transaction, and only while its lock is held. */
@Injectable()
export class Wanted {
  constructor(
    private readonly repository: WantedRepository,
    private readonly writer: DesiredWriter,
  ) {}

  /** To be called before anything is read that the change depends on. */
  async lock(transaction: Transaction, hosts: HostId[]): Promise<void> {
    await lockHosts(transaction, hosts);
  }

  container(transaction: Transaction, host: HostId, name: string) {
    return this.repository.container(transaction, host, name);
  }

  containerOfNode(transaction: Transaction, node: NodeId) {
    return this.repository.containerOfNode(transaction, node);
  }

  memberships(transaction: Transaction, node: NodeId) {
    return this.repository.memberships(transaction, node);
  }

  membership(transaction: Transaction, node: NodeId, network: NetworkId) {
    return this.repository.membership(transaction, node, network);
  }

  observedMembership(transaction: Transaction, node: NodeId, network: NetworkId) {
    return this.repository.observed(transaction, node, network);
  }

  /** Writes the change at the host's next revision, or gathers it; gives the command's id. */
  async change(transaction: Transaction, host: HostId, change: WantedChange, origin: Origin): Promise<CommandId> {
    const gathered = { host, change, command: newId('cmd') };
    if (origin.gathered) origin.gathered.push(gathered);
    else await this.write(transaction, [gathered], origin);
    return gathered.command;
  }

  /** Writes what was gathered, of however many hosts, in one set of statements. */
  async write(transaction: Transaction, gathered: readonly GatheredChange[], origin: Origin): Promise<void> {
    const changes = gathered.map(({ change }) => change);
    await refuseUnseenNetworks(transaction, joinedBy(changes));
    await this.repository.addContainers(
      transaction,
      changes.flatMap(({ addedContainer }) => addedContainer ?? []),
    );
    await this.repository.addMemberships(
      transaction,
      gathered.flatMap(({ host, change: { node, addedMemberships = [] } }) =>
        addedMemberships.map(({ networkId, itemId }) => ({ hostId: host, nodeId: node, networkId, itemId })),
      ),
    );
    await this.repository.bumpMemberships(
      transaction,
      changes.flatMap(({ node, changedMemberships = [] }) =>
        changedMemberships.map((networkId) => ({ nodeId: node, networkId })),
      ),
    );
    await this.repository.bumpContainers(
      transaction,
      changes.flatMap(({ containerChanged, node }) => (containerChanged ? node : [])),
    );
    await this.writer.changeAll(
      transaction,
      gathered.map((one) => toHostChange(one, origin)),
    );
  }
}

const joinedBy = (changes: readonly WantedChange[]) => [
  ...new Set(changes.flatMap(({ addedMemberships = [] }) => addedMemberships.map(({ networkId }) => networkId))),
];

function toHostChange({ host, change, command }: GatheredChange, { by, group }: Origin): HostChange {
  const { action, target, container = null, node, networks, items, removes = [] } = change;
  return {
    hostId: host,
    command: {
      id: command,
      action,
      target,
      containerId: container,
      nodeId: node,
      networkIds: networks,
      groupId: group,
      by,
    },
    items,
    removes,
  };
}
