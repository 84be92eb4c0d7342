import type { Run } from '../database/statements.js';
import { subjectOf, type NewEvent } from './event-rows.js';

/** Most of the API's own events in one group. */
const MOST = 2000;

interface OutboxRow {
  id: string;
  type: string;
  host_id: string | null;
  node_id: string | null;
  network_id: string | null;
  command_id: string | null;
  container_name: string | null;
  data: Record<string, unknown>;
  at: Date;
  host_name: string | null;
  simulated: boolean | null;
}

/** Takes what HTTP transactions put into the outbox, in the order in which it was put there, and deletes it there. */
export async function drainOutbox(run: Run, most = MOST): Promise<NewEvent[]> {
  const rows = await run<OutboxRow>(
    `WITH taken AS (
       DELETE FROM outbox WHERE id IN (SELECT id FROM outbox ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED) RETURNING *)
     SELECT taken.*, h.name AS host_name, h.simulated FROM taken LEFT JOIN hosts h ON h.id = taken.host_id ORDER BY taken.id`,
    [most],
  );
  return rows.map(toRow);
}

function toRow({ host_name, simulated, id: _place, at: happened_at, ...row }: OutboxRow): NewEvent {
  const name = host_name ?? (typeof row.data.name === 'string' ? row.data.name : undefined);
  const subject = subjectOf(row.host_id ? name : undefined, row.container_name, row.network_id);
  return { ...row, epoch: null, seq: null, host_at: null, happened_at, subject, simulated: simulated ?? false };
}
