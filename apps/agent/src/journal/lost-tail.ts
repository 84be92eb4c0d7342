import type { AgentFact } from '@orrery/shared/contracts';
import type { Head } from './head-file.js';
import type { LoadedEpoch } from './journal-loader.js';

export interface LostTail {
  cause: string;
  facts: AgentFact[];
}

/** What the head file knows of and the journal does not. A known epoch gets a hole; of an unknown one a gap is all that can be told. */
export function findLostTail(known: Head | undefined, epochs: readonly LoadedEpoch[]): LostTail | undefined {
  if (!known || known.head <= known.cursor) return undefined;
  const epoch = epochs.find((one) => one.epoch === known.epoch);
  const from = Math.max(known.cursor, epoch?.head ?? 0) + 1;
  if (from > known.head) return undefined;
  const cause = `events ${from} to ${known.head} of ${known.epoch} were written and are gone`;
  if (!epoch) {
    const data = { epoch: known.epoch, fromSeq: from, toSeq: known.head, cause };
    return { cause, facts: [{ type: 'history.gap', data }] };
  }
  epoch.holes.push({ from, to: known.head });
  epoch.head = known.head;
  return { cause, facts: [] };
}
