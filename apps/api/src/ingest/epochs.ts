import type { Epoch, EventBatchReply } from '@orrery/shared/contracts';
import { lastSeq, type Batch } from './batch.js';

/** One start of an agent, as the database knows it. `cursor` is the last stored seq. */
export interface EpochState {
  epoch: Epoch;
  /** 1, 2, 3 … per host, in the order of their first batch. */
  ordinal: number;
  cursor: number;
  closed: boolean;
  heardAt: Date;
  fencedAt: Date | null;
  fences: number;
}

/**
 * The known epochs of a host: the one that said hello last, the highest ordinal ever given, and those that matter now.
 */
export interface HostEpochs {
  current: Epoch | null;
  top: number;
  known: readonly EpochState[];
}

export type Admission =
  | { kind: 'answer'; reply: EventBatchReply }
  | { kind: 'fence'; fence: Fence; reply: EventBatchReply }
  /** Store from the first new event on. `takesOver`: this epoch's first batch, which closes the others. */
  | { kind: 'store'; ordinal: number; skip: number; takesOver: boolean };

export interface Fence {
  fences: number;
  /** Two agents take turns with one identity: the newest epoch is closed too. */
  cloned: boolean;
}

const FENCED = 'a newer start of this agent has taken over';
const CLONED = 'two agents use the same identity; both are ignored until one of them is restarted';

/** Decides whether a batch is stored, and from which event on. Pure. */
export function admit(batch: Batch, epochs: HostEpochs): Admission {
  const own = epochs.known.find(({ epoch }) => epoch === batch.epoch);
  if (own?.closed) {
    const fence = fenceOf(own, epochs);
    const isClone = fence.cloned || epochs.known.every(({ closed }) => closed);
    return { kind: 'fence', fence, reply: { result: 'fenced', cause: isClone ? CLONED : FENCED } };
  }
  const cursor = own?.cursor ?? 0;
  if (batch.from > cursor + 1) return { kind: 'answer', reply: { result: 'gap', cursor } };
  if (lastSeq(batch) <= cursor) return { kind: 'answer', reply: { result: 'stored', cursor, wantsSnapshot: false } };
  const takesOver = cursor === 0 && isNewest(batch.epoch, epochs);
  const ordinal = own && !(cursor === 0 && own.ordinal < epochs.top) ? own.ordinal : epochs.top + 1;
  return { kind: 'store', ordinal, skip: cursor + 1 - batch.from, takesOver };
}

/**
 * A closed epoch sent a batch. Once may be a straggler. If it sends again after a newer one has sent in between, it is
 * another agent with the same identity. While the newest has not stored anything, the batch may be the remaining events
 * of an older start of the same agent.
 */
export function fenceOf(own: EpochState, { known }: HostEpochs): Fence {
  const newest = known.reduce((a, b) => (b.ordinal > a.ordinal ? b : a));
  if (newest.closed) return { fences: own.fences, cloned: false };
  const counts = newest.cursor > 0 && (own.fencedAt === null || newest.heardAt > own.fencedAt);
  const fences = own.fences + (counts ? 1 : 0);
  return { fences, cloned: counts && fences >= 2 };
}

/**
 * The first batch of the epoch that said hello last, or of an unknown one if that one has already sent a batch. (A
 * backlog of an epoch that a restored database forgot arrives before the current epoch sends anything.)
 */
function isNewest(epoch: Epoch, { current, known }: HostEpochs): boolean {
  if (current === null || epoch === current) return true;
  const spoken = known.find((other) => other.epoch === current);
  return !spoken || spoken.cursor > 0 || spoken.closed;
}
