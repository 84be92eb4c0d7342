import type { MembershipItem, MembershipSettings, ObservedMembership, ObservedState } from '@orrery/shared/contracts';
import type { Step } from '@orrery/shared/machine';
import { settingsNow } from '../guard/decide-settings.js';
import type { PlanFacts } from './plan-facts.js';

export function planMembership(
  item: MembershipItem,
  siblings: readonly MembershipItem[],
  observed: ObservedState,
  facts: PlanFacts,
): Step[] {
  const node = observed.nodes.find((one) => one.node === item.node);
  if (!node?.daemon.known || !node.memberships.known) return [];
  const joined = node.memberships.value.find(({ network }) => network === item.network);
  const { nodeKind, network } = item;
  const about = { node: item.node, item: item.id, nodeKind, network };
  if (item.intent === 'absent')
    return joined && !isWantedByAnother(item, siblings) ? [{ ...about, step: 'leave-network' }] : [];
  const undo = facts.rolledBack?.get(item.id);
  if (undo?.to === 'left') return joined ? [{ ...about, step: 'leave-network' }] : [];
  const settings = undo ? undo.settings : settingsNow(item, joined, facts.ground);
  if (!joined) return undo ? [] : [{ ...about, step: 'join-network', settings }];
  if (drifted(settings, joined)) return [{ ...about, step: 'configure-network', settings }];
  const isBroken = joined.status === 'OK' && facts.lacksInKernel?.(item.id) === true;
  return isBroken ? [{ ...about, step: 'repair-network', settings }] : [];
}

/** A network that was left and joined again before the agent was told has two items: the one with intent `present` wins. */
export const isWantedByAnother = (item: MembershipItem, siblings: readonly MembershipItem[]): boolean =>
  siblings.some((other) => other.node === item.node && other.network === item.network && other.intent === 'present');

/** True when the daemon's settings are not the desired ones. The daemon drops a list at every change of settings (docs/zerotier-facts.md#joining). */
export function drifted(settings: MembershipSettings, joined: ObservedMembership): boolean {
  const { allowManaged, ...flags } = settings;
  const list = Array.isArray(allowManaged) ? [...allowManaged].sort() : [];
  const observedList = [...(joined.allowManagedList ?? [])].sort();
  return (
    flags.allowGlobal !== joined.allowGlobal ||
    flags.allowDefault !== joined.allowDefault ||
    flags.allowDNS !== joined.allowDNS ||
    (allowManaged !== false) !== joined.allowManaged ||
    list.join() !== observedList.join()
  );
}
