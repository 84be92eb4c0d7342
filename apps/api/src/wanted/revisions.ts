import { explain, type HostId } from '@orrery/shared/contracts';
import { AppError } from '@orrery/shared/runtime';
import { CHANNELS } from '../database/channels.js';
import type { Transaction } from '../database/sql.js';
import { runIn } from '../database/statements.js';

/**
 * A transaction that writes items, commands or command items of a host locks its row first, in order of ID if there are
 * several, so that no two transactions deadlock. Readers, and ingest of observations, do not wait for it.
 */
export async function lockHosts(manager: Transaction, hosts: readonly HostId[]): Promise<void> {
  await runIn(manager)('SELECT id FROM hosts WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE', [hosts]);
}

/** Locks a host's row and returns its next revision; other replicas are notified at commit. */
export async function bumpRevision(manager: Transaction, hostId: HostId): Promise<number> {
  return (await bumpRevisions(manager, [hostId])).get(hostId) as number;
}

/** For several hosts at once; the caller already holds their locks (`lockHosts`). Throws AppError `unknown-host`. */
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

/** The notice that replicas send each other when a host's desired state has changed. */
export interface RevisionNotice {
  host: HostId;
  revision: number;
}

export const revisionNotice = ({ host, revision }: RevisionNotice): string => `${host} ${revision}`;

/** A notice from another release may lack the revision, which then counts as the newest possible. */
export function readRevisionNotice(notice: string): RevisionNotice {
  const [host = '', revision] = notice.split(' ');
  return { host: host as HostId, revision: Number(revision ?? Number.POSITIVE_INFINITY) };
}

/**
 * The host holds a state from another history, which a restored database has forgotten. Revisions continue above it,
 * with the desired state of the database; forgotten items are in no list any more, and the agent keeps what they
 * created as unclaimed. Every item moves to the new revision, so that the agent reports on it again and unfinished
 * commands still end. `paused`: whether the newer of both histories paused the host; a restored backup must not resume
 * a host that someone paused.
 */
export async function continueAbove(
  manager: Transaction,
  host: HostId,
  foreign: number,
  paused?: boolean,
): Promise<number> {
  const run = runIn(manager);
  const [row] = await run<{ revision: string }>(
    'UPDATE hosts SET revision = GREATEST(revision, $2) + 1, paused = COALESCE($3, paused) WHERE id = $1 RETURNING revision',
    [host, foreign, paused ?? null],
  );
  const revision = Number(row?.revision);
  await run('UPDATE items SET revision = $2 WHERE host_id = $1', [host, revision]);
  await run('UPDATE routers SET adjusted_from = NULL WHERE host_id = $1', [host]);
  await run(
    `UPDATE command_items i SET revision = $2 FROM commands c
     WHERE c.id = i.command_id AND c.host_id = $1 AND c.state IN ('queued', 'delivered', 'waiting')`,
    [host, revision],
  );
  await run(`UPDATE commands SET revision = $2 WHERE host_id = $1 AND state IN ('queued', 'delivered', 'waiting')`, [
    host,
    revision,
  ]);
  await renameStore(manager);
  return revision;
}

/**
 * Event IDs are reused after a restore. A new name of the store shows clients that the IDs they remember are invalid;
 * it changes once for all hosts that discover the restore in turn.
 */
async function renameStore(manager: Transaction): Promise<void> {
  await runIn(manager)(
    `UPDATE store SET id = substr(replace(gen_random_uuid()::text, '-', ''), 1, 10), created_at = now()
     WHERE created_at < now() - interval '10 minutes'`,
  );
}
