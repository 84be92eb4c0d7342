import { explain } from '@orrery/shared/contracts';
import { FINE, here, unknown, wantsContainers, type Check } from '../evidence.js';

/** Docker sets the policy DROP itself; its own rules then accept what belongs to its containers. */
export const firewallForwardDrop: Check = (evidence) => {
  const { forward, engine } = evidence;
  if (!wantsContainers(evidence)) return FINE;
  if (!forward.known) return unknown(forward.why);
  // A rootless engine forwards in a namespace of its own.
  if (engine.known && engine.value.isRootless) return unknown('the engine forwards in a namespace of its own');
  const { policy, first } = forward.value;
  if (first === 'rejects') return here('error', explain('firewall-forward-drop/rule'));
  return first === 'nothing' && policy === 'DROP' ? here('error', explain('firewall-forward-drop/policy')) : FINE;
};
