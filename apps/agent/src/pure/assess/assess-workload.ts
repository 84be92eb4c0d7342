import { explain, explainAgain, type AttachmentItem } from '@orrery/shared/contracts';
import { attachedTwice, workloadOf } from '../plan/plan-attachment.js';
import type { AssessContext } from './assess-context.js';
import { failed, waiting, type Assessment } from './outcomes.js';

/** While Docker Compose makes a container anew, there is none for a moment. */
const BLIP_MS = 3_000;

type Context = Pick<AssessContext, 'items' | 'observed' | 'denials' | 'flaps'>;

/** Why a workload holds up its attachment; undefined if it does not. */
export function assessWorkload(item: AttachmentItem, context: Context): Assessment | undefined {
  const { observed } = context;
  const { workload: reference } = item;
  // An agent that looks at no workloads is one that cannot have any.
  if (observed.workloads && !observed.workloads.known) return failed(explainAgain(observed.workloads), BLIP_MS);
  const workload = workloadOf(item, observed);
  if (!workload) return waiting(explain('workload/none', { workload: reference }), BLIP_MS);
  const { name, state, unsuitable } = workload;
  if (unsuitable) return failed(explainAgain(unsuitable));
  const rivals = context.items.filter(({ id }) => !context.denials?.has(id));
  const rival = attachedTwice(rivals, observed).get(item.id);
  if (rival) return failed(explain('workload-unsuitable/twice', { name, container: rival.name }));
  const flap = context.flaps?.get(workload.engineId);
  if (flap?.isHeld && (state === 'running' || state === 'restarting'))
    return waiting(explain('workload/flapping', { name, times: flap.times }), BLIP_MS);
  if (state === 'running') return undefined;
  return state === 'paused'
    ? waiting(explain('workload/paused', { name }), BLIP_MS)
    : waiting(explain('workload/stopped', { name, state }), BLIP_MS);
}
