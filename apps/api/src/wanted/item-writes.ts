import {
  explain,
  MAX_BATCH_BYTES,
  type CommandId,
  type HostId,
  type Intent,
  type ItemId,
  type NodeId,
} from '@orrery/shared/contracts';
import { AppError } from '@orrery/shared/runtime';
import type { ContainerEntity } from '../database/entities/container.entity.js';
import type { MembershipEntity } from '../database/entities/membership.entity.js';
import type { Transaction } from '../database/sql.js';
import { runIn } from '../database/statements.js';
import { toItemRow, type ItemDraft, type WantedRouter } from './wanted-items.js';

/** An item before a command: null if the command creates it. */
export type ItemBefore = { intent: Intent; body: Record<string, unknown> } | null;

/** Generous allowances for what each item adds to the message besides its body, and for the rest of the message. */
const ITEM_BYTES = 200;
const MESSAGE_BYTES = 1000;

/** Items to put at a host's new revision. */
interface ItemsOfHost {
  hostId: HostId;
  revision: number;
  items: readonly ItemDraft[];
}

/** Puts items at the revisions of their hosts, and returns the previous state of each. */
export async function putItems(tx: Transaction, changes: readonly ItemsOfHost[]): Promise<Map<ItemId, ItemBefore>> {
  const rows = changes.flatMap(({ hostId, items, revision }) => items.map((item) => toItemRow(hostId, item, revision)));
  if (rows.length === 0) return new Map();
  const run = runIn(tx);
  const there = await run<{ id: ItemId } & NonNullable<ItemBefore>>(
    `SELECT i.id, i.intent, i.body FROM unnest($1::text[], $2::text[]) AS r(id, host_id) JOIN items i USING (id, host_id)`,
    [rows.map(({ id }) => id), rows.map(({ hostId }) => hostId)],
  );
  await run(
    `INSERT INTO items (id, host_id, node_id, kind, intent, revision, body)
     SELECT id, "hostId", "nodeId", kind, intent, revision, body
     FROM jsonb_to_recordset($1::jsonb) AS r(id text, "hostId" text, "nodeId" text, kind text, intent text, revision bigint, body jsonb)
     ON CONFLICT (id) DO UPDATE SET intent = excluded.intent, revision = excluded.revision, body = excluded.body
     WHERE items.host_id = excluded.host_id`,
    [JSON.stringify(rows)],
  );
  await refuseOversize(tx, [...new Set(rows.map(({ hostId }) => hostId))]);
  const before = new Map(there.map(({ id, intent, body }) => [id, { intent, body }]));
  return new Map(rows.map(({ id }) => [id, before.get(id) ?? null]));
}

/** Before the items of routers get a new revision by which they do nothing else. */
export async function noteAdjusted(tx: Transaction, items: readonly ItemId[]): Promise<void> {
  await runIn(tx)(
    `UPDATE routers r SET adjusted_from = COALESCE(r.adjusted_from, i.revision) FROM items i WHERE i.id = r.item_id AND i.id = ANY($1)`,
    [items],
  );
}

/** Makes unfinished commands that wait for these items wait for them at their new revision. */
export async function followItems(tx: Transaction, changes: readonly ItemsOfHost[]): Promise<void> {
  const rows = changes.flatMap(({ hostId, items, revision }) => items.map(({ id }) => ({ id, hostId, revision })));
  await runIn(tx)(
    `UPDATE command_items i SET revision = r.revision, outcome = NULL
       FROM jsonb_to_recordset($1::jsonb) AS r(id text, "hostId" text, revision bigint)
       JOIN commands c ON c.host_id = r."hostId" AND c.state IN ('queued', 'delivered', 'waiting')
      WHERE i.command_id = c.id AND i.item_id = r.id`,
    [JSON.stringify(rows)],
  );
}

/** The whole desired state travels in one message. */
async function refuseOversize(tx: Transaction, hosts: readonly HostId[]): Promise<void> {
  const [over] = await runIn(tx)<{ name: string }>(
    `SELECT h.name FROM hosts h JOIN items i ON i.host_id = h.id WHERE h.id = ANY($1)
     GROUP BY h.name HAVING sum(octet_length(i.body::text)) + count(*) * $2::int > $3::int ORDER BY h.name LIMIT 1`,
    [hosts, ITEM_BYTES, MAX_BATCH_BYTES - MESSAGE_BYTES],
  );
  if (!over) return;
  throw new AppError({ kind: 'user', ...explain('bad-request/host-too-full', { host: over.name }) });
}

/** Deletes items with the containers and memberships that depend on them. */
export async function deleteItems(tx: Transaction, gone: readonly { hostId: HostId; itemId: ItemId }[]): Promise<void> {
  if (gone.length === 0) return;
  const run = runIn(tx);
  const pairs = [gone.map(({ itemId }) => itemId), gone.map(({ hostId }) => hostId)];
  const among = 'USING unnest($1::text[], $2::text[]) AS r(id, host_id)';
  await run(`DELETE FROM items i ${among} WHERE i.id = r.id AND i.host_id = r.host_id`, pairs);
  await run(`DELETE FROM item_status s ${among} WHERE s.item_id = r.id AND s.host_id = r.host_id`, pairs);
}

/** Deletes the items that a command created, as if it had never been given. */
export async function deleteMadeItems(tx: Transaction, hostId: HostId, commandId: CommandId): Promise<void> {
  const made = await runIn(tx)<{ item_id: ItemId }>(
    'SELECT item_id FROM command_items WHERE command_id = $1 AND previous IS NULL',
    [commandId],
  );
  await deleteItems(
    tx,
    made.map(({ item_id: itemId }) => ({ hostId, itemId })),
  );
}

/** Returns the items of a command to their previous state, at a new revision; items that it created become absent. */
export async function restoreItems(tx: Transaction, commandId: CommandId, revision: number): Promise<void> {
  await runIn(tx)(
    `UPDATE items SET revision = $2, intent = COALESCE(c.previous ->> 'intent', 'absent'), body = COALESCE(c.previous -> 'body', items.body)
     FROM command_items c WHERE c.command_id = $1 AND c.item_id = items.id AND c.revision = items.revision`,
    [commandId, revision],
  );
}

/** Adds new containers, each with its node. */
export async function addContainers(
  tx: Transaction,
  added: readonly Pick<ContainerEntity, 'id' | 'hostId' | 'nodeId' | 'itemId' | 'name' | 'byLabel'>[],
): Promise<void> {
  if (added.length === 0) return;
  const record = `FROM jsonb_to_recordset($1::jsonb) AS r(id text, "hostId" text, "nodeId" text, "itemId" text, name text, "byLabel" boolean)`;
  const rows = [JSON.stringify(added)];
  await tx.query(`INSERT INTO nodes (id, host_id, kind) SELECT "nodeId", "hostId", 'container' ${record}`, rows);
  await tx.query(
    `INSERT INTO containers (id, host_id, node_id, item_id, name, by_label) SELECT id, "hostId", "nodeId", "itemId", name, "byLabel" ${record}`,
    rows,
  );
}

export async function addMemberships(
  tx: Transaction,
  added: readonly Pick<MembershipEntity, 'nodeId' | 'networkId' | 'hostId' | 'itemId' | 'byLabel'>[],
): Promise<void> {
  if (added.length === 0) return;
  await tx.query(
    `INSERT INTO memberships (node_id, network_id, host_id, item_id, by_label) SELECT "nodeId", "networkId", "hostId", "itemId", "byLabel"
     FROM jsonb_to_recordset($1::jsonb) AS r("nodeId" text, "networkId" text, "hostId" text, "itemId" text, "byLabel" boolean)`,
    [JSON.stringify(added)],
  );
}

/** Adds routers, or changes what is to be undone when they end. */
export async function putRouters(tx: Transaction, routers: readonly WantedRouter[]): Promise<void> {
  if (routers.length === 0) return;
  await tx.query(
    `INSERT INTO routers (node_id, network_id, host_id, item_id, launched, allow_managed)
     SELECT "nodeId", "networkId", "hostId", "itemId", launched, NULLIF("allowManaged", 'null')
       FROM jsonb_to_recordset($1::jsonb) AS r("nodeId" text, "networkId" text, "hostId" text, "itemId" text, launched boolean, "allowManaged" jsonb)
     ON CONFLICT (node_id, network_id) DO UPDATE SET launched = excluded.launched, allow_managed = excluded.allow_managed,
       adjusted_from = NULL`,
    [JSON.stringify(routers)],
  );
}

/** Gives the containers a new version for If-Match, because they or their networks were changed. */
export async function bumpContainers(tx: Transaction, nodes: readonly NodeId[]): Promise<void> {
  if (nodes.length === 0) return;
  await tx.query('UPDATE containers SET version = version + 1 WHERE node_id = ANY($1)', [nodes]);
}

export async function bumpMemberships(
  tx: Transaction,
  changed: readonly Pick<MembershipEntity, 'nodeId' | 'networkId'>[],
): Promise<void> {
  if (changed.length === 0) return;
  await tx.query(
    `UPDATE memberships m SET version = version + 1 FROM unnest($1::text[], $2::text[]) AS r(node_id, network_id)
     WHERE m.node_id = r.node_id AND m.network_id = r.network_id`,
    [changed.map(({ nodeId }) => nodeId), changed.map(({ networkId }) => networkId)],
  );
}
