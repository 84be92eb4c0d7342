import type { Shape } from '../../api/client.js';
import type { Standing } from '../../parts/states.js';

type Topology = Shape<'Topology'>;
type Judged = Pick<Topology['hosts'][number], 'state' | 'why'>;

/** How the API judges all things of a kind in the fleet, on whichever page of the list they are. */
export interface FleetStandings {
  all: readonly Standing[];
  notFine: number;
  of: (key: string) => Standing | undefined;
}

export type FleetNoun = 'hosts' | 'nodes' | 'containers' | 'memberships';

export const membershipKey = (node: string, network: string): string => `${node} ${network}`;

/** The ID of a container's own is not in the topology; its node's is. Pure. */
export function fleetStandings(topology: Topology, noun: FleetNoun): FleetStandings {
  const byKey = new Map(thingsOf(topology, noun).map(({ key, judged }) => [key, standingOf(judged)]));
  const all = [...byKey.values()];
  return { all, notFine: all.filter(({ is }) => is !== 'fine').length, of: (key) => byKey.get(key) };
}

function thingsOf({ hosts, nodes, memberships }: Topology, noun: FleetNoun): { key: string; judged: Judged }[] {
  switch (noun) {
    case 'hosts':
      return hosts.map((judged) => ({ key: judged.id, judged }));
    case 'nodes':
      return nodes.map((judged) => ({ key: judged.id, judged }));
    case 'containers':
      return nodes.filter(({ kind }) => kind === 'container').map((judged) => ({ key: judged.id, judged }));
    case 'memberships':
      return memberships.map((judged) => ({ key: membershipKey(judged.node, judged.network), judged }));
  }
}

/** What the API says of states for which pages have more exact words. Another text leaves the word of the state. */
const BY_WHY: Readonly<Record<string, Standing>> = {
  'it has not been heard from since it joined': { is: 'waiting', word: 'never connected' },
  'it is paused': { is: 'waiting', word: 'paused' },
  'it is being removed': { is: 'working', word: 'being removed' },
  'its host has not reported yet how it stands': { is: 'working' },
};

const standingOf = ({ state, why = '' }: Judged): Standing =>
  Object.hasOwn(BY_WHY, why) ? (BY_WHY[why] ?? { is: state }) : { is: state };

/**
 * How a row stands: as the API judges it in the fleet, so that a row agrees with the sentence above it. What the row
 * itself shows gives the more exact word, and counts where it is not there, or knows of something that is wrong.
 */
export function rowStanding(own: Standing, judged: Standing | undefined): Standing {
  if (!judged || judged.is === 'fine') return own;
  const isSame = own.is === judged.is || (own.is === 'working' && judged.is === 'waiting');
  return isSame ? own : judged;
}
