import type { FailureCode, Item, ItemId, NodeId, ObservedState } from '@orrery/shared/contracts';
import type { Flaps } from '../flapping.js';
import type { Denials } from '../policy/denials.js';
import type { PlanFacts } from '../plan/plan-facts.js';

/** Why the last step for an item failed, if it did. */
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
  /** Whether a step for this node is running, or ended during the observation, which may then not show its effect yet. */
  isChanging: (node: NodeId) => boolean;
  /** Items with pending steps that are held back because the host is paused. Omitted: none. */
  heldBack?: ReadonlySet<ItemId>;
  /** Items that the policy of this host denies. Omitted: none. */
  denials?: Denials;
  /** Workloads that end again and again. Omitted: none. */
  flaps?: Flaps;
}
