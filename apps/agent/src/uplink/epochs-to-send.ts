import type { Epoch } from '@orrery/shared/contracts';

/** What must be known of an epoch in the journal. */
export interface JournaledEpoch {
  epoch: Epoch;
  ordinal: number;
  first: number;
  head: number;
  cursor: number;
}

/** What the API knows of this host's epochs, from its answer to a hello. */
export interface KnownEpochs {
  /** Of the epoch that said hello. */
  cursor: number;
  openEpochs: readonly { epoch: Epoch; cursor: number }[];
}

/** The API has an epoch up to `cursor`: note that, and send what follows. */
export type Errand = { ordinal: number; cursor: number };

/**
 * What the API does not have, in the order in which it gets it: older epochs first. Of an older one that it does not list as open
 * it has either never heard (then it takes it), or it is closed (then it says so, and what is left is salvaged). When it has
 * less of the current epoch than it confirmed, its database was restored from a backup: then everything that is kept of the
 * epochs after the newest that it knows goes there again. An older epoch that the API has to its end is named once more, too, if the
 * journal was not told (the agent was killed before the answer): only now does the API say so, and later it would be salvaged twice.
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
