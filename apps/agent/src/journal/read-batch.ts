import { MAX_BATCH_BYTES, MAX_BATCH_EVENTS, type AgentEvent } from '@orrery/shared/contracts';
import { keys } from './journal-keys.js';
import type { LevelStore } from './level-store.js';

/** Room for what a batch has around its events. */
const ENVELOPE_BYTES = 1024;

/** Events from `from` on, without a gap, as many as one batch carries; empty at the end or at a hole. */
export async function readBatch(store: LevelStore, ordinal: number, from: number): Promise<AgentEvent[]> {
  const events: AgentEvent[] = [];
  let bytes = ENVELOPE_BYTES;
  const end = keys.event(ordinal, from + MAX_BATCH_EVENTS);
  for await (const record of store.range(keys.event(ordinal, from), end)) {
    const event = record.value as AgentEvent | undefined;
    bytes += record.bytes;
    if (event?.seq !== from + events.length || (events.length > 0 && bytes > MAX_BATCH_BYTES)) break;
    events.push(event);
  }
  return events;
}
