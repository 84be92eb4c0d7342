import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SignedMessage } from '@orrery/shared/contracts';
import { writeFileDurably } from '@orrery/shared/runtime';
import { z } from 'zod';

/** What is on disk: the exact bytes with their signature, and the highest revision seen of every key that ever signed. */
export const DesiredRecord = z.object({
  state: SignedMessage,
  revisions: z.record(z.string(), z.int().nonnegative()),
});
export type DesiredRecord = z.infer<typeof DesiredRecord>;

export type DesiredReading =
  { result: 'none' } | { result: 'read'; record: DesiredRecord } | { result: 'damaged'; cause: string };

const fileOf = (home: string) => join(home, 'desired.json');

export async function readDesiredRecord(home: string): Promise<DesiredReading> {
  try {
    const record = DesiredRecord.parse(JSON.parse(await readFile(fileOf(home), 'utf8')));
    return { result: 'read', record };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { result: 'none' };
    return { result: 'damaged', cause: error instanceof Error ? error.message : String(error) };
  }
}

export const writeDesiredRecord = (home: string, record: DesiredRecord): Promise<void> =>
  writeFileDurably(fileOf(home), JSON.stringify(record));
