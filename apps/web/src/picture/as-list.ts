import { compareText } from './hash.js';
import { sceneOf, type SceneHost } from './scene.js';
import { rank, type Tally } from './states.js';
import { type State, type Topology } from './topology.js';

export interface ListedHost {
  readonly id: string;
  readonly name: string;
  readonly state: State;
  readonly why?: string;
  readonly nodes: readonly {
    readonly id: string;
    readonly label: string;
    readonly state: State;
    readonly why?: string;
  }[];
}

export interface ListedSite {
  readonly key: string;
  readonly label: string;
  readonly counts: Tally;
  readonly hosts: readonly ListedHost[];
}

/** The same as the picture shows: sites with most that is not fine first, and in each the worst hosts first. */
export function asList(topology: Topology): ListedSite[] {
  return sceneOf(topology)
    .sectors.map(({ key, label, counts, hosts }) => ({
      ...{ key, label, counts },
      hosts: [...hosts].sort(worstFirst).map(listed),
    }))
    .sort((a, b) => a.counts.fine - a.hosts.length - (b.counts.fine - b.hosts.length));
}

function listed({ id, name, state, why, nodes }: SceneHost): ListedHost {
  const mine = [...nodes].sort((a, b) => rank(b.state) - rank(a.state) || compareText(a.label, b.label));
  return {
    ...{ id, name, state },
    ...(why === undefined ? {} : { why }),
    nodes: mine.map((node) => ({
      ...{ id: node.id, label: node.label, state: node.state },
      ...(node.why === undefined ? {} : { why: node.why }),
    })),
  };
}

function worstFirst(a: SceneHost, b: SceneHost): number {
  return rank(b.state) - rank(a.state) || compareText(a.name, b.name) || compareText(a.id, b.id);
}
