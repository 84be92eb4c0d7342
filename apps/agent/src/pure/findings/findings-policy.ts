import { type Item, type ObservedState, isOfContainer } from '@orrery/shared/contracts';
import { UNREADABLE_HOLD_MS } from '../policy/denials.js';
import { ownContainer } from '../plan/node-container.js';
import type { FindingsInput, FoundCause } from './found-cause.js';

/** A policy that cannot be used, and things that existed before the policy denied them, because a policy never destroys anything. */
export function findPolicyTroubles({ items, observed, policy }: FindingsInput): FoundCause[] {
  if (!policy) return [];
  const { held, denials } = policy;
  if (held.result === 'unreadable') {
    const { cause, fix } = held;
    const about = { node: null, network: null, item: null, holdMs: UNREADABLE_HOLD_MS };
    return [{ ...about, code: 'policy-unreadable', severity: 'error', cause: `nothing is allowed: ${cause}`, fix }];
  }
  return items.flatMap((item): FoundCause[] => {
    const denial = denials.get(item.id);
    if (!denial || denial.isOfContainer || !isThere(item, observed)) return [];
    const network = item.kind === 'membership' ? item.network : null;
    const cause = `the policy of this host does not allow it any longer; the agent leaves it as it is: ${denial.cause}`;
    return [
      {
        node: item.node,
        network,
        item: item.id,
        code: 'policy-denied',
        severity: 'warning',
        cause,
        fix: denial.fix,
        holdMs: 0,
      },
    ];
  });
}

function isThere(item: Item, observed: ObservedState): boolean {
  if (isOfContainer(item)) return ownContainer(item, observed) !== undefined;
  // What the policy does not allow of a router is closed.
  if (item.kind === 'router') return false;
  const memberships = observed.nodes.find(({ node }) => node === item.node)?.memberships;
  return memberships?.known === true && memberships.value.some(({ network }) => network === item.network);
}
