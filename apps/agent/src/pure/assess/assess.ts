import type { Item } from '@orrery/shared/contracts';
import type { AssessContext } from './assess-context.js';
import { assessContainer } from './assess-container.js';
import { assessMembership } from './assess-membership.js';
import { failed, waiting, type Assessment } from './outcomes.js';

const PAUSED_FIX = 'Have it work again: `orrery host resume HOST`.';

/** How an item stands, judged by what is observed and allowed; undefined while it is on its way. */
export function assess(item: Item, context: AssessContext): Assessment | undefined {
  if (context.heldBack?.has(item.id))
    return waiting('paused', 'the host is paused: its agent observes and reports, and does nothing', PAUSED_FIX);
  // Nothing is gone for good while a step may still be making it: the launch that the removal overtook, a join before the leave.
  if (item.intent === 'absent' && context.isChanging(item.node)) return undefined;
  const denial = context.denials?.get(item.id);
  const denied = denial && failed('policy-denied', denial.cause, denial.holdMs, denial.fix);
  if (denied && !denial.isOfContainer) return denied;
  const assessed = item.kind === 'container' ? assessContainer(item, context) : assessMembership(item, context);
  // What is in a container that was made before it was denied goes on, and is told as it is.
  return denied && (!assessed || assessed.outcome.kind === 'failed') ? denied : assessed;
}
