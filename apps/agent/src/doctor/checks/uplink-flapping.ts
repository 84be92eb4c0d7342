import { explain } from '@orrery/shared/contracts';
import { FINE, here, type Check } from '../evidence.js';

/** A NATS that restarts, or a network that changes, cuts the connection once or twice. */
export const MANY_DROPS = 5;

export const uplinkFlapping: Check = ({ uplinkDrops }) =>
  uplinkDrops >= MANY_DROPS
    ? here('warning', explain('uplink-flapping/times', { times: MANY_DROPS, minutes: 10 }))
    : FINE;
