import type { Shape } from '../../api/client.js';

/** How much of the fleet is on unreachable hosts. */
export interface LastKnown {
  containers: number;
  memberships: number;
}

/** Of these, only what their hosts last reported is known. Pure. */
export function lastKnownIn({ nodes, memberships }: Pick<Shape<'Topology'>, 'nodes' | 'memberships'>): LastKnown {
  return {
    containers: nodes.filter(({ kind, state }) => kind === 'container' && state === 'away').length,
    memberships: memberships.filter(({ state }) => state === 'away').length,
  };
}
