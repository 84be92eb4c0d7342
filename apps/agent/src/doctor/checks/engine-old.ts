import { explain } from '@orrery/shared/contracts';
import { FINE, here, unknown, type Check } from '../evidence.js';
import { isOlder } from '../versions.js';

/** The first with API 1.41, whose fields the containers of Orrery use. */
const OLDEST = '20.10';

export const engineOld: Check = ({ engine, packages }) => {
  if (!engine.known) return unknown(engine.why);
  const { version } = engine.value;
  if (!isOlder(version, OLDEST)) return FINE;
  return here('warning', explain('engine-old/version', { version }), packages && { packages });
};
