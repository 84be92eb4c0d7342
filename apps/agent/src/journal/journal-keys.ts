import { Epoch } from '@orrery/shared/contracts';
import { z } from 'zod';

const pad = (number: number, digits: number) => String(number).padStart(digits, '0');

/** Keys sort as the events happened: by epoch, then by sequence number. */
export const keys = {
  epoch: (ordinal: number) => `epoch!${pad(ordinal, 8)}`,
  event: (ordinal: number, seq: number) => `event!${pad(ordinal, 8)}!${pad(seq, 12)}`,
  call: (id: string) => `call!${id}`,
  memory: { before: 'memory!before', ledger: 'memory!ledger', findings: 'memory!findings' },
  /** Just after every key that begins with this prefix. */
  end: (prefix: string) => `${prefix}~`,
} as const;

export const seqOf = (eventKey: string): number => Number(eventKey.slice(-12));

/** One start of an agent, as on disk. Its end follows from its events. */
export const EpochRecord = z.object({
  epoch: Epoch,
  ordinal: z.int().positive(),
  /** First event that is still kept; earlier ones were confirmed and pruned. */
  first: z.int().positive(),
  /** Last event that the API confirmed. */
  cursor: z.int().nonnegative(),
});
export type EpochRecord = z.infer<typeof EpochRecord>;

/** The write that stores an epoch's record, without what was found of its events. */
export const putEpoch = ({ epoch, ordinal, first, cursor }: EpochRecord) => ({
  put: keys.epoch(ordinal),
  value: { epoch, ordinal, first, cursor } satisfies EpochRecord,
});

/** An epoch with the events found on disk: `head` is the last one (0: none), `holes` are missing ones. */
export interface EpochState extends EpochRecord {
  head: number;
  /** Ranges, both ends included. */
  holes: { from: number; to: number }[];
}
