import { readFile, writeFile } from 'node:fs/promises';
import { Epoch } from '@orrery/shared/contracts';
import { z } from 'zod';

const Head = z.object({ epoch: Epoch, head: z.int().nonnegative(), cursor: z.int().nonnegative() });
export type Head = z.infer<typeof Head>;

/**
 * How far the journal had come, beside it: LevelDB drops a damaged tail without a word, and then only this file knows of it.
 * Written after the journal and never synced, so after a power cut it may lag behind, which raises no false alarm.
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
