import { explain } from '@orrery/shared/contracts';
import { FINE, here, type Check } from '../evidence.js';

/** A NATS that restarts, or a network that changes, cuts the connection once or twice. */
const MANY = 5;

export const uplinkFlapping: Check = ({ uplinkDrops }) =>
  uplinkDrops >= MANY ? here('warning', explain('uplink-flapping/times', { times: MANY, minutes: 10 })) : FINE;
