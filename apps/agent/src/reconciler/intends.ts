import type { Item } from '@orrery/shared/contracts';
import type { RolledBack } from '../guard/decide-rollback.js';
import type { Step } from '@orrery/shared/machine';

const REMOVING: readonly Step['step'][] = ['remove-container', 'forget-identity', 'leave-network'];

/** Whether a step is still for what its item is to be now: one that was planned for something else is not done, the next plan knows better. */
export function intends(item: Item | undefined, step: Step, rolledBack?: RolledBack): boolean {
  if (!item) return false;
  const undo = rolledBack?.get(item.id);
  if (undo && 'network' in step) return step.step === (undo.to === 'left' ? 'leave-network' : 'configure-network');
  if (step.step === 'create-container')
    return item.intent === 'present' && item.kind === 'container' && item.incarnation === step.blueprint.incarnation;
  const removes = REMOVING.includes(step.step);
  return removes ? item.intent === 'absent' || step.step === 'remove-container' : item.intent === 'present';
}
