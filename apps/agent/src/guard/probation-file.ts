import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ItemId, MembershipSettings, NetworkId } from '@orrery/shared/contracts';
import { writeFileDurably } from '@orrery/shared/runtime';
import { z } from 'zod';

/** A membership on trial after a step, or put back to what it was: kept on disk, so that a crash in between does not keep a lockout. */
export const Probation = z.object({
  item: ItemId,
  revision: z.int().positive(),
  network: NetworkId,
  undo: z.discriminatedUnion('to', [
    z.object({ to: z.literal('left') }),
    z.object({ to: z.literal('settings'), settings: MembershipSettings }),
  ]),
  phase: z.enum(['on-trial', 'rolled-back']),
});
export type Probation = z.infer<typeof Probation>;

const fileOf = (home: string) => join(home, 'probations.json');

/** A file that cannot be read counts as none: there is then nothing that could be put back. */
export async function readProbations(home: string): Promise<Probation[]> {
  try {
    return z.array(Probation).parse(JSON.parse(await readFile(fileOf(home), 'utf8')));
  } catch {
    return [];
  }
}

export const writeProbations = (home: string, probations: readonly Probation[]): Promise<void> =>
  writeFileDurably(fileOf(home), JSON.stringify(probations));
