import { isOfContainer, type NodeId, type Item, type ObservedState } from '@orrery/shared/contracts';
import type { Step } from '@orrery/shared/machine';
import { ownContainer } from './node-container.js';
import type { PlanFacts } from './plan-facts.js';
import { plan } from './plan.js';
import type { RolledBack } from '../guard/decide-probation.js';

export interface RipeSteps {
  /** Per node, in order; nodes without a step that may start now are missing. */
  byNode: Map<NodeId, Step[]>;
  /** Milliseconds until the next step may be tried again; undefined: none is waiting. */
  nextTryIn: number | undefined;
}

/** Which steps may start now. Nothing of a node starts behind a step that must wait, except for networks, which do not depend on each other. */
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

const REMOVING: readonly Step['step'][] = ['remove-container', 'forget-identity', 'leave-network'];

/** Whether a step still serves what its item wants now. A step planned for something else is dropped; the next plan takes over. */
export function intends(item: Item | undefined, step: Step, rolledBack?: RolledBack): boolean {
  if (!item) return false;
  const undo = rolledBack?.get(item.id);
  if (undo && 'network' in step) return step.step === (undo.to === 'left' ? 'leave-network' : 'configure-network');
  if (step.step === 'create-container')
    return item.intent === 'present' && isOfContainer(item) && item.incarnation === step.blueprint.incarnation;
  const removes = REMOVING.includes(step.step);
  return removes ? item.intent === 'absent' || step.step === 'remove-container' : item.intent === 'present';
}

/** An observation whose steps were all done, and the nodes that it covered. */
export interface WholeLook {
  observed: ObservedState;
  facts: PlanFacts;
  nodes: ReadonlySet<NodeId>;
}

/**
 * Steps that need not wait for another observation: those that create the container of a node that was unknown at the last one. What
 * that observation showed of the machine is good enough to begin with, and each step checks what it touches. Everything else needs a
 * fresh observation.
 */
export function headStart(items: readonly Item[], last: WholeLook): Step[] {
  if (!last.observed.engine.known || !last.observed.containers.known) return [];
  const isNew = (item: Item) =>
    item.kind === 'container' &&
    item.intent === 'present' &&
    !last.nodes.has(item.node) &&
    !ownContainer(item, last.observed);
  const nodes = new Set(items.filter(isNew).map(({ node }) => node));
  const steps = plan(
    items.filter(({ node }) => nodes.has(node)),
    last.observed,
    last.facts,
  );
  // If an image must be pulled first, the time for an observation does not matter.
  const pulls = new Set(steps.flatMap(({ step, node }) => (step === 'pull-image' ? [node] : [])));
  return steps.filter(({ node }) => !pulls.has(node));
}
