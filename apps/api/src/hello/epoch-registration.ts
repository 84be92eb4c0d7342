import type { Epoch, HostId } from '@orrery/shared/contracts';
import type { Run } from '../database/statements.js';
import { writeFences } from '../ingest/epoch-writes.js';
import { fenceOf } from '../ingest/epochs.js';
import { readEpochs } from '../ingest/group-context.js';

export interface RegisteredEpoch {
  /** Last stored event of it. */
  cursor: number;
  /** Others of the host that are open: what they still have to say comes first. Oldest first. */
  open: { epoch: Epoch; cursor: number }[];
}

/**
 * Notes that this epoch said hello; undefined when it is closed. The older stay open: its first batch closes them, and before it
 * come theirs.
 */
export async function registerEpoch(
  run: Run,
  host: HostId,
  name: string,
  epoch: Epoch,
  now: Date,
): Promise<RegisteredEpoch | undefined> {
  const { top, known } = (await readEpochs(run, [{ host, epoch }])).get(host) ?? { top: 0, known: [] };
  const own = known.find((other) => other.epoch === epoch);
  if (own?.closed) {
    const fence = fenceOf(own, { current: null, top, known });
    await writeFences(run, [{ host, epoch, ...fence }], new Map([[host, { name, known }]]), now);
    return undefined;
  }
  await run(
    `INSERT INTO epochs (host_id, epoch, ordinal, heard_at) VALUES ($1, $2, $3, $4)
     ON CONFLICT (host_id, epoch) DO UPDATE SET heard_at = excluded.heard_at`,
    [host, epoch, top + 1, now],
  );
  const others = known.filter((other) => other.epoch !== epoch && !other.closed);
  const open = others
    .sort((a, b) => a.ordinal - b.ordinal)
    .map((other) => ({ epoch: other.epoch, cursor: other.cursor }));
  return { cursor: own?.cursor ?? 0, open };
}
