import type { AgentFact, ObservedState } from '@orrery/shared/contracts';
import { diffContainers } from './diff-containers.js';
import { diffGoneNodes, diffNodes } from './diff-nodes.js';
import { diffWorkloads } from './diff-workloads.js';

/**
 * What happened between two observations, as facts in the order in which a person would describe them. Unknown parts yield nothing.
 * The first observation ever yields nothing: a snapshot covers it.
 */
export function diff(before: ObservedState | undefined, after: ObservedState): AgentFact[] {
  if (!before) return [];
  return [
    ...diffEngine(before.engine, after.engine),
    ...diffWorkloads(before.workloads, after.workloads),
    ...diffGoneNodes(before, after),
    ...diffContainers(before, after),
    ...diffNodes(before, after),
  ];
}

function diffEngine(before: ObservedState['engine'], after: ObservedState['engine']): AgentFact[] {
  if (!after.known)
    return before.known && after.code === 'docker-unreachable'
      ? [{ type: 'host.engine-down', data: { cause: after.cause } }]
      : [];
  const { version, apiVersion } = after.value;
  if (before.known && before.value.version === version) return [];
  return [{ type: 'host.engine-up', data: { version, apiVersion } }];
}
