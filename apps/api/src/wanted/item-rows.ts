import type { AnyItem, ContainerItem, HostId, Intent, ItemId, MembershipItem, NodeId } from '@orrery/shared/contracts';

/** An item as it is wanted: on the wire it also has the revision, which the writer gives it. */
export type ItemDraft = Omit<ContainerItem, 'revision'> | Omit<MembershipItem, 'revision'>;

/** An item in the table: its own columns, and the rest of it as `body`. */
export interface ItemRow {
  id: ItemId;
  host_id: HostId;
  node_id: NodeId;
  kind: string;
  intent: Intent;
  revision: number;
  body: Record<string, unknown>;
}

export function toItemRow(host: HostId, draft: ItemDraft, revision: number): ItemRow {
  const { id, kind, intent, node, ...body } = draft;
  return { id, host_id: host, node_id: node, kind, intent, revision, body };
}

export function toItem({ id, node_id, kind, intent, revision, body }: ItemRow): AnyItem {
  return { id, revision: Number(revision), kind, intent, node: node_id, ...body };
}
