import { readFile, writeFile } from 'node:fs/promises';
import { Epoch, type AgentFact } from '@orrery/shared/contracts';
import { z } from 'zod';
import type { LoadedEpoch } from './journal-loader.js';

const Head = z.object({ epoch: Epoch, head: z.int().nonnegative(), cursor: z.int().nonnegative() });
export type Head = z.infer<typeof Head>;

/**
 * How far the journal had come, stored beside it. LevelDB silently drops a damaged tail, and then only this file shows the loss.
 * It is written after the journal and never synced, so after a power cut it may lag behind, which raises no false alarm.
 */
export async function readHead(file: string): Promise<Head | undefined> {
  try {
    return Head.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return undefined;
  }
}

export const writeHead = (file: string, head: Head): Promise<void> =>
  writeFile(file, JSON.stringify(head), { mode: 0o600 });

export interface LostTail {
  cause: string;
  facts: AgentFact[];
}

/** Events that the head file counts but the journal does not have. A known epoch gets a hole; for an unknown one only a gap can be reported. */
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
