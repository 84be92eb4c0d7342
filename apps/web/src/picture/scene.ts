import { edgesBy, type Edge } from './edges.js';
import { hitTest, type HitTest } from './hit.js';
import { layoutOf, placeAt, type Layout, type Place } from './layout.js';
import { rank, tally, worse, type Tally } from './states.js';
import { type State, type Topology, type TopologyController, type TopologyMembership } from './topology.js';
import { compareText } from './hash.js';

/** What the node of a host itself is called beside its containers. */
export const OWN_DAEMON = 'own daemon';

export interface SceneNode {
  readonly id: string;
  /** Short: without the name of its host. */
  readonly label: string;
  /** The worst of its own and its memberships'. */
  readonly state: State;
  readonly why?: string;
  readonly angle: number;
}

export interface SceneHost {
  readonly id: string;
  readonly name: string;
  readonly site: string | null;
  /** Its own, without its nodes. */
  readonly own: State;
  /** The worst of its own and its nodes'. */
  readonly state: State;
  readonly why?: string;
  readonly place: Place;
  readonly nodes: readonly SceneNode[];
}

export interface SceneSector {
  readonly key: string;
  readonly label: string;
  readonly from: number;
  readonly to: number;
  readonly hosts: readonly SceneHost[];
  readonly counts: Tally;
}

/** A topology with places and worst states: all that is needed to draw it, to find things in it and to tell about it. */
export interface Scene {
  readonly topology: Topology;
  readonly layout: Layout;
  readonly sectors: readonly SceneSector[];
  readonly hosts: readonly SceneHost[];
  /** What is not fine last, so that it is drawn over what is. */
  readonly worstLast: readonly SceneHost[];
  readonly byId: ReadonlyMap<string, SceneHost>;
  readonly controllers: readonly TopologyController[];
  readonly counts: Tally;
  readonly edgesOf: (host: string) => readonly Edge[];
  readonly hit: HitTest<SceneHost>;
  /** For each node one line per network: its name, and the addresses there. */
  readonly networksOf: (node: string) => readonly string[];
}

/** @param before the scene before this one: its layout stays as it is while the names do. */
export function sceneOf(topology: Topology, before?: Scene): Scene {
  const layout = before && sameNames(before.topology, topology) ? before.layout : layoutFor(topology);
  const hosts = hostsOf(topology, layout);
  const byId = new Map(hosts.map((host) => [host.id, host]));
  const sectors = layout.sectors.map(({ key, label, from, to, hosts: named }) => {
    const here = named.flatMap(({ id }) => byId.get(id) ?? []);
    return { key, label, from, to, hosts: here, counts: tally(here) };
  });
  return {
    ...{ topology, layout, sectors, hosts, byId },
    worstLast: [...hosts].sort((a, b) => rank(a.state) - rank(b.state)),
    controllers: [...topology.controllers].sort((a, b) => compareText(a.name, b.name) || compareText(a.id, b.id)),
    counts: tally(hosts),
    edgesOf: edgesBy(topology),
    hit: hitTest(hosts),
    networksOf: networksBy(topology),
  };
}

function layoutFor(topology: Topology): Layout {
  const names = new Map(topology.hosts.map(({ id, name }) => [id, name]));
  const nodes = topology.nodes.map(({ id, host, name }) => ({ id, host, name: shortName(name, names.get(host)) }));
  return layoutOf(topology.hosts, nodes);
}

function sameNames(a: Topology, b: Topology): boolean {
  return (
    a.hosts.length === b.hosts.length &&
    a.nodes.length === b.nodes.length &&
    a.hosts.every((host, at) => {
      const other = b.hosts[at];
      return host.id === other?.id && host.name === other.name && host.site === other.site;
    }) &&
    a.nodes.every((node, at) => {
      const other = b.nodes[at];
      return node.id === other?.id && node.host === other.host && node.name === other.name;
    })
  );
}

function hostsOf(topology: Topology, layout: Layout): SceneHost[] {
  const names = new Map(topology.hosts.map(({ id, name }) => [id, name]));
  const joined = worstMemberships(topology);
  const nodes = new Map<string, SceneNode[]>();
  for (const { id, host, name, kind, state, why } of topology.nodes) {
    const list = nodes.get(host) ?? [];
    if (list.length === 0) nodes.set(host, list);
    const worst = joined.get(id);
    const because = worst && rank(worst.state) > rank(state) ? worst.why : why;
    list.push({
      id,
      label: kind === 'host' ? OWN_DAEMON : shortName(name, names.get(host)),
      state: worse(state, worst?.state ?? 'fine'),
      angle: layout.angles.get(id) ?? 0,
      ...(because === undefined ? {} : { why: because }),
    });
  }
  return topology.hosts.map(({ id, name, site, state: own, why }) => {
    const mine = nodes.get(id) ?? [];
    const worst = mine.reduce<SceneNode | undefined>(
      (found, node) => (rank(node.state) > rank(found?.state ?? own) ? node : found),
      undefined,
    );
    const because = worst ? [worst.label, worst.why].filter((part) => part !== undefined).join(': ') : why;
    return {
      ...{ id, name, site, own, nodes: mine },
      state: worst?.state ?? own,
      place: layout.places.get(id) ?? placeAt(0, 0),
      ...(because === undefined ? {} : { why: because }),
    };
  });
}

function worstMemberships({ memberships }: Topology): Map<string, TopologyMembership> {
  const worst = new Map<string, TopologyMembership>();
  for (const one of memberships) {
    const before = worst.get(one.node);
    if (!before || rank(one.state) > rank(before.state)) worst.set(one.node, one);
  }
  return worst;
}

function shortName(name: string, host: string | undefined): string {
  return host !== undefined && name.startsWith(`${host}/`) ? name.slice(host.length + 1) : name;
}

/** Built at the first question: it is asked far into the picture alone. */
function networksBy(topology: Topology): (node: string) => readonly string[] {
  let lines: Map<string, string[]> | undefined;
  return (node) => {
    lines ??= linesOf(topology);
    return lines.get(node) ?? [];
  };
}

function linesOf({ networks, memberships }: Topology): Map<string, string[]> {
  const names = new Map(networks.map(({ id, name }) => [id, name ?? id]));
  const lines = new Map<string, string[]>();
  for (const { node, network, state, addresses } of memberships) {
    const list = lines.get(node) ?? [];
    if (list.length === 0) lines.set(node, list);
    const said = addresses.length > 0 ? addresses.join(', ') : state === 'waiting' ? 'waits' : 'no address';
    list.push(`${names.get(network) ?? network} ${said}`);
  }
  return lines;
}
