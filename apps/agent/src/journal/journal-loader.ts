import { AnyAgentEvent, MAX_BATCH_BYTES, MAX_BATCH_EVENTS, type AgentEvent } from '@orrery/shared/contracts';
import { EMPTY_MEMORY, memorySchemas, type Memory } from '../pure/memory.js';
import { EpochRecord, keys, seqOf, type EpochState } from './journal-keys.js';
import type { LevelStore } from './level-store.js';

/** An epoch and the sizes of its kept events, from `first` on. */
export interface LoadedEpoch extends EpochState {
  sizes: number[];
}

export interface LoadedJournal {
  epochs: LoadedEpoch[];
  memory: Memory;
  /** Sentences about what could not be read. */
  damage: string[];
}

/** Reads the whole journal once: sequence numbers without a gap prove that nothing is missing. */
export async function loadJournal(store: LevelStore): Promise<LoadedJournal> {
  const damage: string[] = [];
  const epochs: LoadedEpoch[] = [];
  for await (const { key, value } of store.range('epoch!', keys.end('epoch!'))) {
    const record = EpochRecord.safeParse(value);
    if (record.success) epochs.push(await loadEpoch(store, record.data));
    else damage.push(`the record ${key} is damaged`);
  }
  for (const { epoch, holes } of epochs)
    for (const { from, to } of holes) damage.push(`events ${from} to ${to} of ${epoch} are missing`);
  const memory = await loadMemory(store, damage);
  return { epochs, memory, damage };
}

async function loadEpoch(store: LevelStore, record: EpochRecord): Promise<LoadedEpoch> {
  const state: LoadedEpoch = { ...record, head: record.first - 1, holes: [], sizes: [] };
  const prefix = `${keys.event(record.ordinal, 0).slice(0, -12)}`;
  for await (const { key, value, bytes } of store.range(prefix, keys.end(prefix))) {
    const seq = seqOf(key);
    const event = AnyAgentEvent.safeParse(value);
    if (!event.success || event.data.seq !== seq || seq <= state.head) continue;
    if (seq > state.head + 1) missing(state, state.head + 1, seq - 1);
    state.head = seq;
    state.sizes.push(bytes);
  }
  state.head = Math.max(state.head, record.cursor);
  return state;
}

/** A missing event that was confirmed is not a loss: the API has it. */
function missing(state: LoadedEpoch, from: number, to: number): void {
  state.sizes.push(...new Array<number>(to - from + 1).fill(0));
  if (to > state.cursor) state.holes.push({ from: Math.max(from, state.cursor + 1), to });
}

async function loadMemory(store: LevelStore, damage: string[]): Promise<Memory> {
  const memory: Memory = { ...EMPTY_MEMORY };
  for (const name of ['before', 'ledger', 'findings'] as const) {
    const value = await store.get(keys.memory[name]);
    const parsed = memorySchemas[name].safeParse(value);
    if (parsed.success) Object.assign(memory, { [name]: parsed.data });
    else if (await store.has(keys.memory[name])) damage.push(`the record ${keys.memory[name]} is damaged`);
  }
  return memory;
}

const sum = (sizes: readonly number[]) => sizes.reduce((total, size) => total + size, 0);

/** `sizes[0]` belongs to event `first`. */
export const confirmedBytes = (epoch: LoadedEpoch): number => sum(epoch.sizes.slice(0, confirmedCount(epoch)));
export const unconfirmedBytes = (epoch: LoadedEpoch): number => sum(epoch.sizes.slice(confirmedCount(epoch)));

const confirmedCount = (epoch: LoadedEpoch) => Math.max(0, epoch.cursor - epoch.first + 1);

/** Room for the fields around the events of a batch. */
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
