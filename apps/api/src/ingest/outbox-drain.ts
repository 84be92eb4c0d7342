import type { Run } from '../database/statements.js';
import { subjectOf, type NewEventRow } from './new-event-rows.js';

/** The maximum of the API's own events in one group. */
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
  container: string | null;
  simulated: boolean | null;
}

/** Takes the events that HTTP transactions put into the outbox, in their order, and deletes them there. */
export async function drainOutbox(run: Run, most = MOST): Promise<NewEventRow[]> {
  const rows = await run<OutboxRow>(
    `WITH taken AS (
       DELETE FROM outbox WHERE id IN (SELECT id FROM outbox ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED) RETURNING *)
     SELECT taken.*, h.name AS host_name, h.simulated, k.name AS container
       FROM taken LEFT JOIN hosts h ON h.id = taken.host_id LEFT JOIN containers k ON k.node_id = taken.node_id ORDER BY taken.id`,
    [most],
  );
  return rows.map(toRow);
}

/** Who writes an event names its node; the container in which that runs is looked up here. */
function toRow({ host_name, simulated, container, id: _place, at: happened_at, ...of }: OutboxRow): NewEventRow {
  const row = { ...of, container_name: of.container_name ?? container };
  const name = host_name ?? (typeof row.data.name === 'string' ? row.data.name : undefined);
  const subject = subjectOf(row.host_id ? name : undefined, row.container_name, row.network_id);
  return { ...row, epoch: null, seq: null, host_at: null, happened_at, subject, simulated: simulated ?? false };
}
