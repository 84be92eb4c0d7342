import type { Epoch, HostId } from '@orrery/shared/contracts';
import type { Run } from '../database/statements.js';
import type { PoisonEvent } from './batch.js';

export interface QuarantinedEvent extends PoisonEvent {
  host: HostId;
  epoch: Epoch;
}

/** Most bytes of one event that are kept. */
const MOST_BYTES = 64 * 1024;

/** Keeps events that could not be stored as events, with the reason; each once. */
export async function quarantine(run: Run, events: readonly QuarantinedEvent[]): Promise<void> {
  if (events.length === 0) return;
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
}

/** A reason may quote what the event said. */
const printable = (text: string) => text.replaceAll('\0', '\\0').replaceAll(/\p{Surrogate}/gu, '\ufffd');
