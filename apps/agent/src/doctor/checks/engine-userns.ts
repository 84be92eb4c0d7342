import { explain } from '@orrery/shared/contracts';
import { FINE, here, unknown, wantsContainers, type Check } from '../evidence.js';

/** A rootless engine maps users, too; that has a code of its own. */
export const engineUserns: Check = (evidence) => {
  const { engine, tun } = evidence;
  if (!wantsContainers(evidence)) return FINE;
  if (!engine.known) return unknown(engine.why);
  if (!engine.value.isRemapped || engine.value.isRootless) return FINE;
  if (!tun.known) return unknown(tun.why);
  const isShut = tun.value.state !== 'absent' && !tun.value.forAll;
  return isShut ? here('error', explain('engine-userns/no-tun')) : here('info', explain('engine-userns/usable'));
};
