import type { Answer } from '../api/client.js';
import { containerPlace, hostPlace, membershipPlace, networkPlace, nodePlace } from '../parts/places.js';
import {
  containerStanding,
  hostStanding,
  membershipStanding,
  networkStanding,
  nodeStanding,
  type Standing,
} from '../parts/states.js';

/** Something that a search found, and where it leads. */
export interface Entry {
  to: string;
  name: string;
  /** What kind of thing it is. */
  kind: string;
  /** An address or an ID beside the name. */
  about?: string;
  standing?: Standing;
}

export interface Answers {
  hosts: Answer<'/v1/hosts'>;
  nodes: Answer<'/v1/nodes'>;
  containers: Answer<'/v1/containers'>;
  networks: Answer<'/v1/networks'>;
  memberships: Answer<'/v1/memberships'>;
}

/** Everything found, what has exactly this name first. Pure. */
export function entriesOf({ hosts, nodes, containers, networks, memberships }: Answers, q: string): Entry[] {
  const found: Entry[] = [
    ...hosts.items.map((host) => ({
      ...{ to: hostPlace(host.name), name: host.name, kind: 'host', standing: hostStanding(host) },
    })),
    ...containers.items.map((container) => ({
      ...{ to: containerPlace(container.node.name), name: container.node.name, kind: 'container' },
      standing: containerStanding(container),
    })),
    ...nodes.items.map((node) => ({
      ...{ to: nodePlace(node.name), name: node.name, kind: 'node', standing: nodeStanding(node) },
      ...(node.address === null ? {} : { about: node.address }),
    })),
    ...networks.items.map((network) => ({
      ...{ to: networkPlace(network.id), name: network.name ?? network.id, kind: 'network', about: network.id },
      standing: networkStanding(network),
    })),
    ...memberships.items.map((membership) => ({
      ...{ to: membershipPlace(membership.node.name, membership.network.id), kind: 'membership' },
      name: `${membership.node.name} in ${membership.network.name ?? membership.network.id}`,
      standing: membershipStanding(membership),
    })),
  ];
  const wanted = q.toLowerCase();
  const isIt = ({ name, about }: Entry) => name.toLowerCase() === wanted || about === wanted;
  return [...found.filter(isIt), ...found.filter((entry) => !isIt(entry))];
}
