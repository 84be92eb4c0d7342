import type { NodeId } from '@orrery/shared/contracts';
import type { Step } from '@orrery/shared/machine';

export interface RipeSteps {
  /** Of each node, in their order; nodes of which nothing may begin now are not in it. */
  byNode: Map<NodeId, Step[]>;
  /** Milliseconds until the next step may be tried again; undefined: none waits. */
  nextTryIn: number | undefined;
}

/** Which steps may begin now. Behind one that has to wait nothing of its node begins, but for networks, which do not depend on each other. */
export function ripeSteps(steps: readonly Step[], nextAt: (step: Step) => number, now: number): RipeSteps {
  const ripe: RipeSteps = { byNode: new Map(), nextTryIn: undefined };
  const held = new Set<NodeId>();
  for (const step of steps) {
    const { node } = step;
    if (held.has(node)) continue;
    const waits = nextAt(step) - now;
    if (waits <= 0) ripe.byNode.set(node, [...(ripe.byNode.get(node) ?? []), step]);
    else ripe.nextTryIn = Math.min(ripe.nextTryIn ?? waits, waits);
    if (waits > 0 && !('network' in step)) held.add(node);
  }
  return ripe;
}
