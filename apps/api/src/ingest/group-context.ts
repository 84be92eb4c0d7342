import type { Epoch, HostId, Intent, Item, ItemId, NodeId } from '@orrery/shared/contracts';
import { LOCKS } from '../database/advisory-locks.js';
import type { Run } from '../database/statements.js';
import type { Batch } from './batch.js';
import { itemsOf, nodesOf } from './event-refs.js';
import type { EpochState, HostEpochs } from './epochs.js';

export interface HostContext extends HostEpochs {
  name: string;
  simulated: boolean;
  wantsSnapshot: boolean;
  createdAt: Date;
}
export interface NodeContext {
  host: HostId;
  container: string | null;
  /** Its container is to be removed. */
  isGoing: boolean;
  /** Networks that it is to leave. */
  leaving: string[];
}
export interface ItemContext {
  host: HostId;
  container: string | null;
  node: NodeId;
  network: string | null;
  /** As it is desired now. */
  desired: { kind: Item['kind']; intent: Intent; revision: number };
}

/** Everything a group needs to know before it stores anything, read after the lock. */
export interface GroupContext {
  /** The time after the lock, used for every event in the group. */
  now: Date;
  hosts: Map<HostId, HostContext>;
  /** Existing hosts whose row another transaction holds: their batch waits for the next group. */
  held: Set<HostId>;
  nodes: Map<NodeId, NodeContext>;
  items: Map<ItemId, ItemContext>;
}

/** Takes the ingest lock, held until the commit, so that event IDs are in commit order; then reads. */
export async function openGroup(run: Run, batches: readonly Batch[]): Promise<GroupContext> {
  await run('SELECT pg_advisory_xact_lock($1)', [LOCKS.ingest]);
  const [clock] = await run<{ now: Date }>('SELECT clock_timestamp() AS now');
  const { hosts, held } = await readHosts(run, batches);
  return {
    now: clock?.now ?? new Date(),
    hosts,
    held,
    nodes: await readNodes(run, batches),
    items: await readItems(run, batches),
  };
}

interface HostRow {
  id: HostId;
  name: string;
  simulated: boolean;
  epoch: Epoch | null;
  wants_snapshot: boolean;
  created_at: Date;
}

/**
 * Locks the hosts' rows, so that ingest takes turns with transactions that change a host's desired state, say hello for
 * it or remove it. Does not wait for them, so that the others in the group are not delayed.
 */
async function readHosts(run: Run, batches: readonly Batch[]) {
  const all = batches.map(({ host }) => host);
  if (all.length === 0) return { hosts: new Map<HostId, HostContext>(), held: new Set<HostId>() };
  const rows = await run<HostRow>(
    `SELECT h.id, h.name, h.simulated, h.created_at, s.epoch, s.wants_snapshot FROM hosts h JOIN host_status s ON s.host_id = h.id
     WHERE h.id = ANY($1) AND h.removed_at IS NULL ORDER BY h.id FOR NO KEY UPDATE OF h, s SKIP LOCKED`,
    [all],
  );
  const epochs = await readEpochs(run, batches);
  const hosts = new Map<HostId, HostContext>();
  for (const { id, name, simulated, epoch, wants_snapshot: wantsSnapshot, created_at: createdAt } of rows) {
    const { top, known } = epochs.get(id) ?? { top: 0, known: [] };
    hosts.set(id, { name, simulated, wantsSnapshot, createdAt, current: epoch, top, known });
  }
  const missing = all.filter((id) => !hosts.has(id));
  const there =
    missing.length === 0
      ? []
      : await run<{ id: HostId }>('SELECT id FROM hosts WHERE id = ANY($1) AND removed_at IS NULL', [missing]);
  return { hosts, held: new Set(there.map(({ id }) => id)) };
}

interface EpochRow {
  host_id: HostId;
  epoch: Epoch;
  ordinal: number;
  cursor: string;
  closed: boolean;
  heard_at: Date;
  fenced_at: Date | null;
  fences: number;
  top: number;
}

/** For each host: the open epochs, the newest, and those that the batches name. */
export async function readEpochs(run: Run, batches: readonly Pick<Batch, 'host' | 'epoch'>[]) {
  const rows = await run<EpochRow>(
    `SELECT * FROM (SELECT *, max(ordinal) OVER (PARTITION BY host_id) AS top FROM epochs WHERE host_id = ANY($1)) e
     WHERE NOT closed OR ordinal = top OR epoch = ANY($2)`,
    [batches.map(({ host }) => host), batches.map(({ epoch }) => epoch)],
  );
  const byHost = new Map<HostId, { top: number; known: EpochState[] }>();
  for (const row of rows) {
    const entry = byHost.get(row.host_id) ?? { top: row.top, known: [] };
    const { epoch, ordinal, cursor, closed, heard_at: heardAt, fenced_at: fencedAt, fences } = row;
    entry.known.push({ epoch, ordinal, cursor: Number(cursor), closed, heardAt, fencedAt, fences });
    byHost.set(row.host_id, entry);
  }
  return byHost;
}

async function readNodes(run: Run, batches: readonly Batch[]): Promise<Map<NodeId, NodeContext>> {
  const ids = [...nodesOf(batches)];
  if (ids.length === 0) return new Map();
  const rows = await run<NodeContext & { id: NodeId }>(
    `SELECT n.id, n.host_id AS host, c.name AS container, COALESCE(i.intent = 'absent', false) AS "isGoing",
            ARRAY(SELECT m.network_id FROM memberships m JOIN items l ON l.id = m.item_id AND l.intent = 'absent'
                   WHERE m.node_id = n.id) AS leaving
     FROM nodes n LEFT JOIN containers c ON c.node_id = n.id LEFT JOIN items i ON i.id = c.item_id
     WHERE n.id = ANY($1)`,
    [ids],
  );
  return new Map(rows.map((row) => [row.id, row]));
}

async function readItems(run: Run, batches: readonly Batch[]): Promise<Map<ItemId, ItemContext>> {
  const ids = [...itemsOf(batches)];
  if (ids.length === 0) return new Map();
  const rows = await run<ItemContext & { id: ItemId }>(
    `SELECT i.id, i.host_id AS host, i.node_id AS node, c.name AS container, i.body ->> 'network' AS network,
            jsonb_build_object('kind', i.kind, 'intent', i.intent, 'revision', i.revision) AS desired
     FROM items i LEFT JOIN containers c ON c.node_id = i.node_id WHERE i.id = ANY($1)`,
    [ids],
  );
  return new Map(rows.map((row) => [row.id, row]));
}
