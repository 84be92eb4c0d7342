import { expect } from '@jest/globals';
import type { Item, NodeId, ObservedState } from '@orrery/shared/contracts';
import type { Step } from '@orrery/shared/machine';
import { plan } from '../../../apps/agent/src/pure/plan/plan.js';
import type { PlanFacts } from '../../../apps/agent/src/pure/plan/plan-facts.js';

export const DEFAULT_IMAGE = 'zerotier/zerotier:1.14.2';

export const facts = (more: { images?: string[] | undefined; identities?: NodeId[] } = {}): PlanFacts => ({
  defaultImage: DEFAULT_IMAGE,
  imagePresent: (image) =>
    'images' in more && more.images === undefined ? undefined : (more.images ?? []).includes(image),
  hasIdentity: (node) => (more.identities ?? []).includes(node),
});

/** `expectSteps(desired, observed, facts).toBe('pull-image', 'mint-identity', …)` */
export function expectSteps(desired: readonly Item[], observed: ObservedState, known: PlanFacts = facts()) {
  const steps = plan(desired, observed, known);
  return {
    steps,
    toBe: (...names: Step['step'][]) => expect(steps.map(({ step }) => step)).toEqual(names),
    toBeNone: () => expect(steps).toEqual([]),
  };
}
