import type { Epoch, HostId } from '@orrery/shared/contracts';
import type { Run } from '../database/statements.js';
import type { MetQuota } from '../quotas/note-quotas.js';
import { QUARANTINE } from '../quotas/quotas.js';
import type { PoisonEvent } from './batch.js';

export interface QuarantinedEvent extends PoisonEvent {
  host: HostId;
  epoch: Epoch;
}

/** The maximum number of bytes kept per event. */
const MOST_BYTES = 64 * 1024;

/**
 * Keeps events that could not be stored as events, with the reason; each once. Only the newest of a host are kept;
 * returns the hosts whose older ones were dropped.
 */
export async function quarantine(run: Run, events: readonly QuarantinedEvent[]): Promise<MetQuota[]> {
  if (events.length === 0) return [];
  await run(
    `INSERT INTO event_quarantine (host_id, epoch, seq, reason, raw)
     SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::bytea[]) ON CONFLICT DO NOTHING`,
    [
      events.map(({ host }) => host),
      events.map(({ epoch }) => epoch),
      events.map(({ seq }) => seq),
      events.map(({ reason }) => printable(reason)),
      events.map(({ raw }) => raw.subarray(0, MOST_BYTES)),
    ],
  );
  const hosts = [...new Set(events.map(({ host }) => host))];
  const dropped = await run<{ host_id: HostId }>(
    `DELETE FROM event_quarantine e USING (
       SELECT id, row_number() OVER newest AS place, sum(octet_length(raw)) OVER newest AS bytes FROM event_quarantine
        WHERE host_id = ANY($1) WINDOW newest AS (PARTITION BY host_id ORDER BY id DESC)) q
      WHERE e.id = q.id AND (q.place > $2 OR q.bytes > $3) RETURNING e.host_id`,
    [hosts, QUARANTINE.rows, QUARANTINE.bytes],
  );
  return dropped.map(({ host_id: host }) => ({ host, quota: 'quarantine' }));
}

/** A reason can quote the event. */
const printable = (text: string) => text.replaceAll('\0', '\\0').replaceAll(/\p{Surrogate}/gu, '\ufffd');
