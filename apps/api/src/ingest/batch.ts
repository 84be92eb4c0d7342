import type { AgentFact, Epoch, HostId } from '@orrery/shared/contracts';

/** An event that satisfies its contract. */
export interface GoodEvent {
  seq: number;
  /** The agent's clock. */
  at: string;
  /** The same moment by the API's clock, as far as the batch allows. */
  happenedAt: Date;
  fact: AgentFact;
}

/** An event that cannot be stored as the type that it claims: it goes to quarantine, and the stream continues. */
export interface PoisonEvent {
  seq: number;
  reason: string;
  /** The type that it claimed, if any. */
  type: string | undefined;
  raw: Buffer;
}

export type BatchEvent = GoodEvent | PoisonEvent;
export const isPoison = (event: BatchEvent): event is PoisonEvent => 'reason' in event;

/** Events of one epoch of one host, with consecutive numbers from `from`. */
export interface Batch {
  host: HostId;
  epoch: Epoch;
  from: number;
  events: BatchEvent[];
}

export const lastSeq = ({ from, events }: Batch) => from + events.length - 1;
