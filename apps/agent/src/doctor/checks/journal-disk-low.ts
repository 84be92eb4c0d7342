import { explain } from '@orrery/shared/contracts';
import { FINE, here, unknown, type Check } from '../evidence.js';

const MB = 1_000_000;
const LOW_MB = 250;
/** From here on, the journal stops within minutes. */
const ALMOST_NONE_MB = 25;

/** The words stay the same while the room shrinks, so that this is not told again and again. */
export const journalDiskLow: Check = ({ room }) => {
  if (!room.known) return unknown(room.why);
  if (room.value < ALMOST_NONE_MB * MB)
    return here('error', explain('journal-disk-low/room', { megabytes: ALMOST_NONE_MB }));
  return room.value < LOW_MB * MB ? here('warning', explain('journal-disk-low/room', { megabytes: LOW_MB })) : FINE;
};
