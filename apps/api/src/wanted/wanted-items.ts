import type {
  AnyItem,
  AttachmentItem,
  CommandId,
  ContainerItem,
  HostId,
  ItemId,
  MembershipItem,
  MembershipSettings,
  NetworkId,
  NodeContainerItem,
  NodeId,
  NodeKind,
  RouterItem,
  Workload,
} from '@orrery/shared/contracts';
import { newId } from '@orrery/shared/runtime';
import type { CommandEntity } from '../database/entities/command.entity.js';
import type { ContainerEntity } from '../database/entities/container.entity.js';
import type { ItemEntity } from '../database/entities/item.entity.js';
import type { MembershipEntity } from '../database/entities/membership.entity.js';

export type ContainerDraft = Omit<ContainerItem, 'revision'> | Omit<AttachmentItem, 'revision'>;
export type MembershipDraft = Omit<MembershipItem, 'revision'>;
export type RouterDraft = Omit<RouterItem, 'revision'>;
/** A desired item without its revision, which the writer adds. */
export type ItemDraft = ContainerDraft | MembershipDraft | RouterDraft;

/** An item in the table: its own columns, and the rest of it as `body`. */
export type ItemRow = Omit<ItemEntity, 'createdAt'>;

/** A desired container: its row, and what its item contains. */
export type WantedContainer = Omit<ContainerEntity, 'createdAt' | 'item' | 'unclaimedSince'> &
  Pick<ContainerItem, 'intent' | 'image' | 'limits' | 'incarnation'> & {
    /** One of the identities that its host had pre-generated; null: its agent creates one. */
    identity: NonNullable<ContainerItem['identity']> | null;
    /** Of an attachment: the container whose network it shares; null: it has a network of its own. */
    workload: Workload | null;
  };

/** A desired membership: its row, and what its item contains. */
export type WantedMembership = Omit<MembershipEntity, 'createdAt' | 'hostId' | 'item' | 'unclaimedSince'> &
  Pick<MembershipItem, 'intent' | 'settings'>;

/** A node that carries prefixes into a network: its row, and what its item contains. */
export interface WantedRouter extends Pick<RouterItem, 'intent' | 'prefixes' | 'watch' | 'check'> {
  nodeId: NodeId;
  networkId: NetworkId;
  hostId: HostId;
  itemId: ItemId;
  /** A route launched its container, and so removes it. */
  launched: boolean;
  /** What its membership accepted before; null: nothing is to be put back. */
  allowManaged: MembershipSettings['allowManaged'] | null;
}

/** On whose behalf, and as part of which fan-out. */
export interface Origin {
  by: string;
  group: CommandId | null;
}

/**
 * The command that tracks a change to its end. `target` is for people (`demo on web-1`), `createdBy` is the name of a
 * token.
 */
export type CommandDraft = Pick<CommandEntity, 'id' | 'action' | 'target' | 'createdBy'> &
  Partial<Pick<CommandEntity, 'containerId' | 'nodeId' | 'networkIds' | 'groupId'>>;

/** Everything that one command changes in the desired state of one host: rules decide it, and the writer writes it. */
export interface HostChange {
  hostId: HostId;
  command: CommandDraft;
  /** Each is put at the new revision, even if it is unchanged, so that the agent settles it again. */
  items: ItemDraft[];
  /** Items to release without making them absent: the agent leaves alone what it created. */
  removes?: ItemId[];
  addedContainer?: WantedContainer;
  addedMemberships?: WantedMembership[];
  /** Routers whose rows are added or changed. */
  routers?: WantedRouter[];
  /** Memberships of the command's node that get a new version. */
  changedMemberships?: NetworkId[];
  /** Whether the node's container gets a new version, because it or its networks changed. */
  containerChanged?: boolean;
}

export function toItemRow(hostId: HostId, draft: ItemDraft, revision: number): ItemRow {
  const { id, kind, intent, node: nodeId, ...body } = draft;
  return { id, hostId, nodeId, kind, intent, revision, body };
}

/**
 * The body of an item as it is sent: with the name of its network if the labels of a workload may call it so. Needs the joins,
 * after `items i`.
 */
export const SENT_BODY = `i.body || CASE WHEN i.kind = 'membership' AND w.name IS NOT NULL AND a.kind = 'attachment'
  THEN jsonb_build_object('networkName', w.name) ELSE '{}' END`;
export const SENT_JOINS = `LEFT JOIN networks w ON w.id = i.body ->> 'network'
  LEFT JOIN containers c ON c.node_id = i.node_id LEFT JOIN items a ON a.id = c.item_id`;

export const toItem = ({ id, nodeId, kind, intent, revision, body }: Omit<ItemRow, 'hostId'>) =>
  ({ id, revision: Number(revision), kind, intent, node: nodeId, ...body }) as AnyItem;

export function toWantedContainer({
  item,
  createdAt: _at,
  unclaimedSince: _since,
  ...row
}: ContainerEntity): WantedContainer {
  const wanted = toItem(item) as NodeContainerItem;
  const { image, limits, incarnation, identity = null } = wanted;
  const workload = wanted.kind === 'attachment' ? wanted.workload : null;
  return { ...row, intent: item.intent, image, limits, incarnation, identity, workload };
}

export function toWantedMembership({
  nodeId,
  networkId,
  itemId,
  version,
  byLabel,
  item,
}: MembershipEntity): WantedMembership {
  const { settings } = toItem(item) as MembershipItem;
  return { nodeId, networkId, itemId, version, byLabel, intent: item.intent, settings };
}

/** The container as it is desired now, with some fields changed. */
export function containerDraft(
  { itemId, nodeId, name, intent, image, limits, incarnation, identity, workload }: WantedContainer,
  change: Partial<Pick<ContainerDraft, 'intent' | 'image' | 'limits' | 'incarnation'>> = {},
): ContainerDraft {
  const base = { id: itemId, node: nodeId, name, intent, image, limits, incarnation };
  const item = { ...base, ...(identity === null ? {} : { identity }), ...change };
  return workload === null ? { ...item, kind: 'container' } : { ...item, kind: 'attachment', workload };
}

/** The membership as it is desired now, with some fields changed. */
export function membershipDraft(
  { itemId, nodeId, networkId, intent, settings }: WantedMembership,
  nodeKind: NodeKind,
  change: Partial<Pick<MembershipDraft, 'intent' | 'settings'>> = {},
): MembershipDraft {
  return { kind: 'membership', id: itemId, node: nodeId, nodeKind, network: networkId, intent, settings, ...change };
}

export const routerDraft = ({
  itemId,
  nodeId,
  networkId,
  intent,
  prefixes,
  watch,
  check,
}: WantedRouter): RouterDraft => ({
  ...{ kind: 'router', id: itemId, node: nodeId, network: networkId, intent, prefixes },
  ...(intent === 'present' && { ...(watch && { watch }), ...(check && { check }) }),
});

export const newMembership = (
  nodeId: NodeId,
  networkId: NetworkId,
  settings: MembershipSettings,
  byLabel = false,
): WantedMembership => ({
  nodeId,
  networkId,
  itemId: newId('itm'),
  intent: 'present',
  settings,
  byLabel,
  version: 1,
});
