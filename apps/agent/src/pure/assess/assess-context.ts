import type { FailureCode, Item, ItemId, NodeId, ObservedState } from '@orrery/shared/contracts';
import type { Denials } from '../policy/denials.js';
import type { PlanFacts } from '../plan/plan-facts.js';

/** Why the last step for an item did not work, when it did not. */
export interface LastError {
  code: FailureCode;
  cause: string;
  fix: string;
}

export interface AssessContext {
  items: readonly Item[];
  observed: ObservedState;
  facts: PlanFacts;
  lastError: (item: Item) => LastError | undefined;
  /** Whether a step for this node runs, or ended while the look was taken: what it makes may not be seen yet. */
  isChanging: (node: NodeId) => boolean;
  /** Items for which there would be something to do, and nothing is done because the host is paused. Left out: none. */
  heldBack?: ReadonlySet<ItemId>;
  /** What the policy of this host does not allow. Left out: none. */
  denials?: Denials;
}
