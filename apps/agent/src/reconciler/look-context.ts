import type { Item, ItemId, NodeId, ObservedState } from '@orrery/shared/contracts';
import type { RolledBack } from '../guard/decide-rollback.js';
import type { Before } from '../guard/probations.js';
import type { MachineFacts, Scope } from '@orrery/shared/machine';
import type { routesPolicy } from '../policy/denials.js';

/** What a look is to take in: the host's own node, and the containers that items name. */
export function scopeOf(hostNode: NodeId, items: readonly Item[]): Scope {
  const containers = items.flatMap((item) =>
    item.kind === 'container' ? [{ item: item.id, node: item.node, name: item.name }] : [],
  );
  return { hostNode, containers };
}

/** The membership that a step is about, as it was last seen; undefined where nobody knows. */
export function membershipBefore(
  items: readonly Item[],
  observed: ObservedState | undefined,
  about: { item: ItemId; node: NodeId; network: string },
): Before | undefined {
  const item = items.find(({ id }) => id === about.item);
  const memberships = observed?.nodes.find(({ node }) => node === about.node)?.memberships;
  if (!item || !memberships?.known) return undefined;
  return { revision: item.revision, joined: memberships.value.find(({ network }) => network === about.network) };
}

/** What is known of the machine, with the rules of this host for what networks push, and what was undone on trial. */
export const factsUnder = (
  facts: MachineFacts,
  policy: ReturnType<typeof routesPolicy>,
  rolledBack: RolledBack | undefined,
) => ({
  ...facts,
  ...(facts.ground?.known && policy && { ground: { ...facts.ground, policy } }),
  ...(rolledBack && { rolledBack }),
});
