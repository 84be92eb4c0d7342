import type { Epoch } from '@orrery/shared/contracts';

/** The fields of a journaled epoch that matter here. */
export interface JournaledEpoch {
  epoch: Epoch;
  ordinal: number;
  first: number;
  head: number;
  cursor: number;
}

/** What the API knows of this host's epochs, from its answer to a hello. */
export interface KnownEpochs {
  /** Cursor of the epoch that said hello. */
  cursor: number;
  openEpochs: readonly { epoch: Epoch; cursor: number }[];
}

/** The API has an epoch up to `cursor`: note that, and send what follows. */
export type Errand = { ordinal: number; cursor: number };

/**
 * What the API lacks, in the order in which to send it: older epochs first. If the API does not list an older epoch as open, it either
 * never heard of it and accepts it, or has closed it and says so, and the rest is salvaged. If the API has less of the current epoch
 * than it confirmed, its database was restored from a backup. Then everything kept of the epochs after the newest one it knows is
 * sent again. An older epoch that the API has in full is named once more, too, if the journal was not told (the agent
 * was killed before the answer arrived): only now does the API say so, and later it would be salvaged twice.
 */
export function epochsToSend(epochs: readonly JournaledEpoch[], known: KnownEpochs): Errand[] {
  const current = epochs.at(-1);
  if (!current) return [];
  const older = epochs.slice(0, -1);
  const open = new Map(known.openEpochs.map(({ epoch, cursor }) => [epoch, cursor]));
  const newestKnown = Math.max(0, ...older.filter(({ epoch }) => open.has(epoch)).map(({ ordinal }) => ordinal));
  const isRestored = known.cursor < current.cursor;
  const errands = older.flatMap(({ epoch, ordinal, head, cursor, first }): Errand[] => {
    const isForgotten = isRestored && ordinal > newestKnown;
    const from = open.get(epoch) ?? (isForgotten ? first - 1 : cursor);
    return head > from || from !== cursor ? [{ ordinal, cursor: from }] : [];
  });
  return [...errands, { ordinal: current.ordinal, cursor: known.cursor }];
}
