import { isOfContainer, type Item, type ObservedState } from '@orrery/shared/contracts';
import type { Step } from '@orrery/shared/machine';
import { attachedTwice, planTwice } from './plan-attachment.js';
import { planContainer } from './plan-container.js';
import type { PlanFacts } from './plan-facts.js';
import { planMembership } from './plan-membership.js';
import { planRouter } from './plan-router.js';

/**
 * The next steps from the observed to the desired state, in order for each node. Touches only what an item names:
 * `plan([], anything) = []`. Concludes nothing from unknown parts.
 */
export function plan(desired: readonly Item[], observed: ObservedState, facts: PlanFacts): Step[] {
  const twice = attachedTwice(desired, observed);
  return [...new Set(desired.map(({ node }) => node))].flatMap((node) => {
    const items = desired.filter((item) => item.node === node);
    const containers = items.filter(isOfContainer);
    const memberships = items.filter((item) => item.kind === 'membership');
    const steps = containers.flatMap((item) =>
      item.kind === 'attachment' && twice.has(item.id)
        ? planTwice(item, observed)
        : planContainer(item, memberships, observed, facts),
    );
    // The networks of a container that is about to change are left to the next plan.
    if (steps.length > 0 || containers.some(({ intent }) => intent === 'absent')) return steps;
    const routers = items.filter((item) => item.kind === 'router');
    return [
      ...memberships.flatMap((item) => planMembership(item, memberships, observed, facts)),
      ...routers.flatMap((item) => planRouter(item, containers[0], observed, facts)),
    ];
  });
}
