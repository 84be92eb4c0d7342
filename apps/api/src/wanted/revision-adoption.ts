import type { HostId } from '@orrery/shared/contracts';
import type { Transaction } from '../database/sql.js';
import { runIn } from '../database/statements.js';

/**
 * The host holds a state of another history than this database's: one that a restored database forgot. Revisions go on above
 * it, with what the database wants; what it forgot is in no list any more, and the agent keeps that as unclaimed. Every item
 * moves to the new revision, so that the agent answers for it anew and unfinished commands still come to their end. `paused`: whether
 * the host is, by the newer of both histories; a host that somebody paused must not begin to work because of a restored backup.
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
 * Event ids are given out again after a restore. A new name of the store tells everyone who remembers one of the old ids that it
 * is worth nothing; once for all hosts that find out in turn.
 */
async function renameStore(manager: Transaction): Promise<void> {
  await runIn(manager)(
    `UPDATE store SET id = substr(replace(gen_random_uuid()::text, '-', ''), 1, 10), created_at = now()
     WHERE created_at < now() - interval '10 minutes'`,
  );
}
