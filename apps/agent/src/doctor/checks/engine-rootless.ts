import { explain } from '@orrery/shared/contracts';
import { FINE, here, unknown, wantsContainers, type Check } from '../evidence.js';

export const engineRootless: Check = (evidence) => {
  const { engine, tun } = evidence;
  if (!wantsContainers(evidence)) return FINE;
  if (!engine.known) return unknown(engine.why);
  if (!engine.value.isRootless) return FINE;
  const isShut = tun.known && tun.value.state !== 'absent' && !tun.value.forAll;
  return isShut ? here('error', explain('engine-rootless/no-tun')) : here('info', explain('engine-rootless/usable'));
};
