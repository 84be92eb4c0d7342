import type { AgentFact, ObservedState, ObservedWorkload } from '@orrery/shared/contracts';
import { byKey, differs } from './diff-lists.js';

const keyOf = ({ workload }: ObservedWorkload) => workload;

/** An agent that did not look for workloads before knew of none. */
export function diffWorkloads(before: ObservedState['workloads'], after: ObservedState['workloads']): AgentFact[] {
  if (before?.known === false || !after?.known) return [];
  const was = byKey(before?.value ?? [], keyOf);
  const is = byKey(after.value, keyOf);
  const removed = [...was.keys()].filter((workload) => !is.has(workload));
  return [
    ...removed.map((workload): AgentFact => ({ type: 'workload.removed', data: { workload, after: null } })),
    ...after.value.flatMap((now) => changed(was.get(now.workload), now)),
  ];
}

function changed(before: ObservedWorkload | undefined, after: ObservedWorkload): AgentFact[] {
  const data = { workload: after.workload, after };
  if (!before) return [{ type: 'workload.found', data }];
  if (isUp(after) && !(isUp(before) && isSameStart(before, after))) return [{ type: 'workload.started', data }];
  if (isUp(before) && !isUp(after)) return [{ type: 'workload.stopped', data }];
  return differs(before, after) ? [{ type: 'workload.changed', data }] : [];
}

/** A paused container keeps its processes and its network namespace. */
const isUp = ({ state }: ObservedWorkload) => state === 'running' || state === 'paused';

const isSameStart = (one: ObservedWorkload, other: ObservedWorkload) =>
  one.engineId === other.engineId && one.startedAt === other.startedAt;
