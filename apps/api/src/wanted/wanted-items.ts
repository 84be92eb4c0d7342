import type {
  AnyItem,
  CommandId,
  ContainerItem,
  HostId,
  ItemId,
  MembershipItem,
  MembershipSettings,
  NetworkId,
  NodeId,
  NodeKind,
} from '@orrery/shared/contracts';
import { newId } from '@orrery/shared/runtime';
import type { CommandEntity } from '../database/entities/command.entity.js';
import type { ContainerEntity } from '../database/entities/container.entity.js';
import type { ItemEntity } from '../database/entities/item.entity.js';
import type { MembershipEntity } from '../database/entities/membership.entity.js';

export type ContainerDraft = Omit<ContainerItem, 'revision'>;
export type MembershipDraft = Omit<MembershipItem, 'revision'>;
/** An item as it is wanted: on the wire it also has the revision, which the writer gives it. */
export type ItemDraft = ContainerDraft | MembershipDraft;

/** An item in the table: its own columns, and the rest of it as `body`. */
export type ItemRow = Omit<ItemEntity, 'createdAt'>;

/** A container as it is wanted: its row, and what its item says. */
export type WantedContainer = Omit<ContainerEntity, 'createdAt' | 'item'> &
  Pick<ContainerItem, 'intent' | 'image' | 'limits' | 'incarnation'> & {
    /** Of those that its host had made ahead; null: its agent makes one. */
    identity: NonNullable<ContainerItem['identity']> | null;
  };

/** A membership as it is wanted: its row, and what its item says. */
export type WantedMembership = Omit<MembershipEntity, 'createdAt' | 'hostId' | 'item'> &
  Pick<MembershipItem, 'intent' | 'settings'>;

/** On whose behalf, and as part of which fan-out. */
export interface Origin {
  by: string;
  group: CommandId | null;
}

/** The command that follows a change to its end. `target` is for people (`demo on web-1`), `createdBy` the name of a token. */
export type CommandDraft = Pick<CommandEntity, 'id' | 'action' | 'target' | 'createdBy'> &
  Partial<Pick<CommandEntity, 'containerId' | 'nodeId' | 'networkIds' | 'groupId'>>;

/** All that one command changes of what is wanted of one host: what rules decide, and the writer writes. */
export interface HostChange {
  hostId: HostId;
  command: CommandDraft;
  /** Each is put at the new revision, also when it is equal to what is there: the agent then settles it again. */
  items: ItemDraft[];
  /** Given up without being made absent: the agent leaves alone what it made. */
  removes?: ItemId[];
  addedContainer?: WantedContainer;
  addedMemberships?: WantedMembership[];
  /** Memberships of the command's node whose version grows. */
  changedMemberships?: NetworkId[];
  /** The version of the node's container grows: of it or of its networks something is different now. */
  containerChanged?: boolean;
}

export function toItemRow(hostId: HostId, draft: ItemDraft, revision: number): ItemRow {
  const { id, kind, intent, node: nodeId, ...body } = draft;
  return { id, hostId, nodeId, kind, intent, revision, body };
}

export const toItem = ({ id, nodeId, kind, intent, revision, body }: Omit<ItemRow, 'hostId'>) =>
  ({ id, revision: Number(revision), kind, intent, node: nodeId, ...body }) as AnyItem;

export function toWantedContainer({ item, createdAt: _createdAt, ...row }: ContainerEntity): WantedContainer {
  const { image, limits, incarnation, identity = null } = toItem(item) as ContainerItem;
  return { ...row, intent: item.intent, image, limits, incarnation, identity };
}

export function toWantedMembership({ nodeId, networkId, itemId, version, item }: MembershipEntity): WantedMembership {
  const { settings } = toItem(item) as MembershipItem;
  return { nodeId, networkId, itemId, version, intent: item.intent, settings };
}

/** The container as it is wanted now, with something changed. */
export function containerDraft(
  { itemId, nodeId, name, intent, image, limits, incarnation, identity }: WantedContainer,
  change: Partial<Pick<ContainerDraft, 'intent' | 'image' | 'limits' | 'incarnation'>> = {},
): ContainerDraft {
  const item = { kind: 'container' as const, id: itemId, node: nodeId, name, intent, image, limits, incarnation };
  return { ...item, ...(identity === null ? {} : { identity }), ...change };
}

/** The membership as it is wanted now, with something changed. */
export function membershipDraft(
  { itemId, nodeId, networkId, intent, settings }: WantedMembership,
  nodeKind: NodeKind,
  change: Partial<Pick<MembershipDraft, 'intent' | 'settings'>> = {},
): MembershipDraft {
  return { kind: 'membership', id: itemId, node: nodeId, nodeKind, network: networkId, intent, settings, ...change };
}

export const newMembership = (
  nodeId: NodeId,
  networkId: NetworkId,
  settings: MembershipSettings,
): WantedMembership => ({
  nodeId,
  networkId,
  itemId: newId('itm'),
  intent: 'present',
  settings,
  version: 1,
});
