import { explain, explainAgain, isOfContainer, type Item } from '@orrery/shared/contracts';
import type { AssessContext } from './assess-context.js';
import { assessContainer } from './assess-container.js';
import { assessMembership } from './assess-membership.js';
import { assessRouter } from './assess-router.js';
import { failed, waiting, type Assessment } from './outcomes.js';

/** The outcome of an item, judged by what is observed and allowed; undefined while it is on its way. */
export function assess(item: Item, context: AssessContext): Assessment | undefined {
  if (context.heldBack?.has(item.id)) return waiting(explain('paused/host'));
  // Nothing is gone for good while a running step may still create it: a launch overtaken by its removal, a join before the leave.
  if (item.intent === 'absent' && context.isChanging(item.node)) return undefined;
  const denial = context.denials?.get(item.id);
  const denied =
    denial && failed(explainAgain({ code: 'policy-denied', cause: denial.cause, fix: denial.fix }), denial.holdMs);
  if (denied && !denial.isOfContainer) return denied;
  const assessed = isOfContainer(item)
    ? assessContainer(item, context)
    : item.kind === 'router'
      ? assessRouter(item, context)
      : assessMembership(item, context);
  // Whatever runs in a container made before the denial keeps running, and is reported as it is.
  return denied && (!assessed || assessed.outcome.kind === 'failed') ? denied : assessed;
}
