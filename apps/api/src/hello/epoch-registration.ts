import type { Epoch, HostId } from '@orrery/shared/contracts';
import type { Run } from '../database/statements.js';
import { writeFences } from '../ingest/epoch-writes.js';
import { fenceOf } from '../ingest/epochs.js';
import { readEpochs } from '../ingest/group-context.js';

export interface RegisteredEpoch {
  /** Its last stored event. */
  cursor: number;
  /** Other open epochs of the host, oldest first. Their remaining events come first. */
  open: { epoch: Epoch; cursor: number }[];
}

/** Epochs kept per host: those that never stored anything, and all. */
const MOST_UNSPOKEN = 64;
const MOST_EPOCHS = 512;

/**
 * A host can begin an epoch with every hello. An old one without events can be dropped as if unknown: its agent can
 * still send it. A closed one is kept far longer, so that its agent can be told that it is closed.
 */
async function dropOldEpochs(run: Run, host: HostId): Promise<void> {
  await run(
    `DELETE FROM epochs e USING (
       SELECT epoch, row_number() OVER (ORDER BY ordinal DESC) AS place,
              row_number() OVER (PARTITION BY cursor = 0 ORDER BY ordinal DESC) AS alike FROM epochs WHERE host_id = $1) o
      WHERE e.host_id = $1 AND e.epoch = o.epoch
        AND (o.place > $3 AND e.closed OR o.alike > $2 AND e.cursor = 0 AND NOT e.closed)`,
    [host, MOST_UNSPOKEN, MOST_EPOCHS],
  );
}

/**
 * Records that this epoch said hello; undefined if it is closed. Older epochs stay open: their remaining events come
 * first, and this epoch's first batch closes them.
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
  if (!own) await dropOldEpochs(run, host);
  const others = known.filter((other) => other.epoch !== epoch && !other.closed);
  const open = others
    .sort((a, b) => a.ordinal - b.ordinal)
    .map((other) => ({ epoch: other.epoch, cursor: other.cursor }));
  return { cursor: own?.cursor ?? 0, open };
}
