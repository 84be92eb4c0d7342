import type { CommandId, HostId, Intent, ItemId } from '@orrery/shared/contracts';
import { MAX_BATCH_BYTES, explain } from '@orrery/shared/contracts';
import { AppError } from '@orrery/shared/runtime';
import type { Transaction } from '../database/sql.js';
import { CHANNELS } from '../database/channels.js';
import { runIn } from '../database/statements.js';
import { revisionNotice } from './revision-notice.js';
import { toItemRow, type ItemDraft } from './item-rows.js';

/** An item that a command changes, and what it was: null when the command makes it. */
export interface ItemBefore {
  id: ItemId;
  previous: { intent: Intent; body: Record<string, unknown> } | null;
}

/** What every item adds to the message beside its body, and what the message has beside its items: generous. */
const ITEM_BYTES = 200;
const MESSAGE_BYTES = 1000;

/** Items that are to be put at a host's new revision. */
export interface ItemsOfHost {
  hostId: HostId;
  revision: number;
  items: readonly ItemDraft[];
}

/** Locks a host's row and gives its next revision; other replicas hear of it at commit. */
export async function bumpRevision(manager: Transaction, hostId: HostId): Promise<number> {
  return (await bumpRevisions(manager, [hostId])).get(hostId) as number;
}

/** Of several hosts at once; the caller holds their locks already (`lockHosts`). Throws AppError `unknown-host`. */
export async function bumpRevisions(manager: Transaction, hosts: readonly HostId[]): Promise<Map<HostId, number>> {
  const run = runIn(manager);
  const bumped = await run<{ id: HostId; revision: string }>(
    'UPDATE hosts SET revision = revision + 1 WHERE id = ANY($1) AND removed_at IS NULL RETURNING id, revision',
    [hosts],
  );
  const revisions = new Map(bumped.map(({ id, revision }) => [id, Number(revision)]));
  const missing = hosts.find((id) => !revisions.has(id));
  if (missing)
    throw new AppError({ kind: 'user', ...explain('unknown-host', { cause: `there is no host ${missing}` }) });
  await run(
    `UPDATE host_status s SET publish_at = now()
     FROM (SELECT host_id FROM host_status WHERE host_id = ANY($1) ORDER BY host_id FOR NO KEY UPDATE) h WHERE s.host_id = h.host_id`,
    [hosts],
  );
  const notices = [...revisions].map(([host, revision]) => revisionNotice({ host, revision }));
  await run('SELECT pg_notify($1, notice) FROM unnest($2::text[]) AS n(notice)', [CHANNELS.desired, notices]);
  return revisions;
}

/** Puts items at the revisions of their hosts and gives what each was. */
export async function putItems(
  manager: Transaction,
  changes: readonly ItemsOfHost[],
): Promise<Map<ItemId, ItemBefore['previous']>> {
  const rows = changes.flatMap(({ hostId, items, revision }) => items.map((item) => toItemRow(hostId, item, revision)));
  if (rows.length === 0) return new Map();
  const run = runIn(manager);
  const there = await run<{ id: ItemId; intent: Intent; body: Record<string, unknown> }>(
    `SELECT i.id, i.intent, i.body FROM unnest($1::text[], $2::text[]) AS r(id, host_id) JOIN items i USING (id, host_id)`,
    [rows.map(({ id }) => id), rows.map(({ host_id }) => host_id)],
  );
  await run(
    `INSERT INTO items (id, host_id, node_id, kind, intent, revision, body)
     SELECT id, host_id, node_id, kind, intent, revision, body
     FROM jsonb_to_recordset($1::jsonb) AS r(id text, host_id text, node_id text, kind text, intent text, revision bigint, body jsonb)
     ON CONFLICT (id) DO UPDATE SET intent = excluded.intent, revision = excluded.revision, body = excluded.body
     WHERE items.host_id = excluded.host_id`,
    [JSON.stringify(rows)],
  );
  await refuseOversize(manager, [...new Set(rows.map(({ host_id }) => host_id))]);
  const before = new Map(there.map(({ id, intent, body }) => [id, { intent, body }]));
  return new Map(rows.map(({ id }) => [id, before.get(id) ?? null]));
}

/** Deletes items with the containers and memberships that hang on them. */
export async function deleteItems(
  manager: Transaction,
  gone: readonly { hostId: HostId; itemId: ItemId }[],
): Promise<void> {
  if (gone.length === 0) return;
  const run = runIn(manager);
  const pairs = [gone.map(({ itemId }) => itemId), gone.map(({ hostId }) => hostId)];
  const among = 'USING unnest($1::text[], $2::text[]) AS r(id, host_id)';
  await run(`DELETE FROM items i ${among} WHERE i.id = r.id AND i.host_id = r.host_id`, pairs);
  await run(`DELETE FROM item_status s ${among} WHERE s.item_id = r.id AND s.host_id = r.host_id`, pairs);
}

/** Deletes the items that a command made: as if it had never been given. */
export async function deleteMadeItems(manager: Transaction, hostId: HostId, commandId: CommandId): Promise<void> {
  const made = await runIn(manager)<{ item_id: ItemId }>(
    'SELECT item_id FROM command_items WHERE command_id = $1 AND previous IS NULL',
    [commandId],
  );
  await deleteItems(
    manager,
    made.map(({ item_id: itemId }) => ({ hostId, itemId })),
  );
}

/** Puts the items of a command back to what they were before it, at a new revision; those that it made become absent. */
export async function restoreItems(
  manager: Transaction,
  commandId: CommandId,
  revision: number,
): Promise<{ id: ItemId }[]> {
  return runIn(manager)<{ id: ItemId }>(
    `UPDATE items SET revision = $2, intent = COALESCE(c.previous ->> 'intent', 'absent'), body = COALESCE(c.previous -> 'body', items.body)
     FROM command_items c WHERE c.command_id = $1 AND c.item_id = items.id AND c.revision = items.revision
     RETURNING items.id`,
    [commandId, revision],
  );
}

/** The whole desired state travels in one message. */
async function refuseOversize(manager: Transaction, hosts: readonly HostId[]): Promise<void> {
  const [over] = await runIn(manager)<{ name: string }>(
    `SELECT h.name FROM hosts h JOIN items i ON i.host_id = h.id WHERE h.id = ANY($1)
     GROUP BY h.name HAVING sum(octet_length(i.body::text)) + count(*) * $2::int > $3::int ORDER BY h.name LIMIT 1`,
    [hosts, ITEM_BYTES, MAX_BATCH_BYTES - MESSAGE_BYTES],
  );
  if (!over) return;
  throw new AppError({ kind: 'user', ...explain('bad-request/host-too-full', { host: over.name }) });
}
