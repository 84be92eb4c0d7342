import { explain } from '@orrery/shared/contracts';
import { FINE, here, unknown, type Check } from '../evidence.js';

/** A missing device has a code of its own (`tun-missing`), which the observation reports. */
export const tunDenied: Check = ({ tun }) => {
  if (!tun.known) return unknown(tun.why);
  return tun.value.state === 'denied' ? here('error', explain('tun-denied/cgroup')) : FINE;
};
