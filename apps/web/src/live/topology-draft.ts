import type { components } from '../api/openapi.golden.js';

type Schemas = components['schemas'];
export type Topology = Schemas['Topology'];
export type Path = Topology['paths'][number];
export type Node = Topology['nodes'][number];
type Member = Topology['memberships'][number];
type State = Topology['hosts'][number]['state'];

export interface Standing {
  readonly state: State;
  readonly why?: string;
}

/** A thing stands as it does because of `by`; without that it would stand as in `standing`. */
interface Beneath {
  readonly by: string;
  readonly standing: Standing;
}

/** Where things are in the lists of a topology. Events never add or remove any: that takes a look. */
interface Places {
  readonly hosts: ReadonlyMap<string, number>;
  readonly nodes: ReadonlyMap<string, number>;
  readonly memberships: ReadonlyMap<string, number>;
  readonly nodesOf: ReadonlyMap<string, readonly string[]>;
  readonly membershipsOf: ReadonlyMap<string, readonly string[]>;
  readonly addresses: ReadonlySet<string>;
}

/** A topology as it was read, or as events have changed it since. */
export interface Kept {
  readonly topology: Topology;
  readonly places: Places;
  readonly beneath: ReadonlyMap<string, Beneath>;
  /** The device of a membership that events named last. */
  readonly devices: ReadonlyMap<string, string>;
}

export const membershipKey = (node: string, network: string): string => `${node}/${network}`;

export function keptOf(topology: Topology): Kept {
  const { hosts, nodes, memberships } = topology;
  const places = {
    hosts: new Map(hosts.map(({ id }, at) => [id, at])),
    nodes: new Map(nodes.map(({ id }, at) => [id, at])),
    memberships: new Map(memberships.map(({ node, network }, at) => [membershipKey(node, network), at])),
    nodesOf: grouped(
      nodes,
      ({ host }) => host,
      ({ id }) => id,
    ),
    membershipsOf: grouped(
      memberships,
      ({ node }) => node,
      ({ node, network }) => membershipKey(node, network),
    ),
    addresses: new Set(nodes.flatMap(({ address }) => address ?? [])),
  };
  return { topology, places, beneath: new Map(), devices: new Map() };
}

function grouped<T>(things: readonly T[], by: (thing: T) => string, id: (thing: T) => string): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const thing of things) {
    const group = groups.get(by(thing));
    if (group) group.push(id(thing));
    else groups.set(by(thing), [id(thing)]);
  }
  return groups;
}

type Kind = 'hosts' | 'nodes' | 'memberships';
/** A thing of the picture by its kind and ID; that of a membership names its node and its network. */
export interface Thing {
  readonly kind: Kind;
  readonly id: string;
}

/** A topology that is being changed: only lists in which something changes are copied. */
export class TopologyDraft {
  readonly places: Places;
  readonly devices: Map<string, string>;
  readonly #beneath: Map<string, Beneath>;
  readonly #lists: Partial<Record<Kind, Standing[]>> = {};
  #paths: Map<string, Path> | undefined;
  #isPathChanged = false;

  constructor(private readonly kept: Kept) {
    this.places = kept.places;
    this.devices = new Map(kept.devices);
    this.#beneath = new Map(kept.beneath);
  }

  get before(): Topology {
    return this.kept.topology;
  }

  has({ kind, id }: Thing): boolean {
    return this.places[kind].has(id);
  }

  host(id: string): Standing | undefined {
    return this.standing({ kind: 'hosts', id });
  }

  node(id: string): Node | undefined {
    const at = this.places.nodes.get(id);
    return at === undefined ? undefined : ((this.#lists.nodes as Node[] | undefined) ?? this.before.nodes)[at];
  }

  membership(id: string): Member | undefined {
    const at = this.places.memberships.get(id);
    return at === undefined
      ? undefined
      : ((this.#lists.memberships as Member[] | undefined) ?? this.before.memberships)[at];
  }

  standing({ kind, id }: Thing): Standing | undefined {
    const at = this.places[kind].get(id);
    return at === undefined ? undefined : (this.#lists[kind] ?? this.before[kind])[at];
  }

  /** Whether its host is heard from, so that reports about it count. */
  isHeard(host: string): boolean {
    const state = this.host(host)?.state;
    return state !== undefined && state !== 'away' && state !== 'unknown';
  }

  set({ kind, id }: Thing, standing: Standing): void {
    const before = this.standing({ kind, id });
    if (before?.state === standing.state && (before.why ?? '') === (standing.why ?? '')) return;
    this.#change(kind, id, ({ state: _state, why: _why, ...rest }) => ({ ...rest, ...standingOf(standing) }));
  }

  addresses(id: string, addresses: readonly string[]): void {
    const before = this.membership(id)?.addresses ?? [];
    if (before.length === addresses.length && before.every((one, at) => one === addresses[at])) return;
    this.#change('memberships', id, (membership) => Object.assign({ ...membership }, { addresses: [...addresses] }));
  }

  /** Something new makes it stand like this, until it ends. */
  cover(thing: Thing, by: string, standing: Standing): void {
    const before = this.standing(thing);
    if (!before) return;
    if (this.coveredBy(thing) !== by) this.#beneath.set(thing.id, { by, standing: standingOf(before) });
    this.set(thing, standing);
  }

  coveredBy({ id }: Thing): string | undefined {
    return this.#beneath.get(id)?.by;
  }

  /** What covered it has ended. */
  uncover(thing: Thing): void {
    const beneath = this.#beneath.get(thing.id);
    if (!beneath) return;
    this.#beneath.delete(thing.id);
    this.set(thing, beneath.standing);
  }

  /** What lies beneath has changed, unseen. */
  forget({ id }: Thing): void {
    this.#beneath.delete(id);
  }

  /** Everything on a host, itself first. */
  thingsOf(host: string): Thing[] {
    const nodes = this.places.nodesOf.get(host) ?? [];
    const memberships = nodes.flatMap((node) => this.places.membershipsOf.get(node) ?? []);
    return [
      { kind: 'hosts', id: host },
      ...nodes.map((id) => ({ kind: 'nodes' as const, id })),
      ...memberships.map((id) => ({ kind: 'memberships' as const, id })),
    ];
  }

  /** By `pathKey`. */
  get paths(): ReadonlyMap<string, Path> {
    return this.#allPaths();
  }

  /** Undefined: there is none any more. */
  setPath(key: string, path: Path | undefined): void {
    const paths = this.#allPaths();
    const before = paths.get(key);
    if (before === path || (before && path && isSamePath(before, path))) return;
    this.#isPathChanged = true;
    if (path) paths.set(key, path);
    else paths.delete(key);
  }

  done(): Kept {
    const paths = this.#isPathChanged ? { paths: [...this.paths.values()].sort(byPlace) } : {};
    const lists = { ...(this.#lists as Partial<Topology>), ...paths };
    const topology = Object.keys(lists).length === 0 ? this.before : { ...this.before, ...lists };
    return { topology, places: this.places, beneath: this.#beneath, devices: this.devices };
  }

  #allPaths(): Map<string, Path> {
    return (this.#paths ??= new Map(this.before.paths.map((path) => [pathKey(path.node, path.peer), path])));
  }

  #change(kind: Kind, id: string, change: (thing: Standing) => Standing): void {
    const at = this.places[kind].get(id);
    const list = (this.#lists[kind] ??= [...this.before[kind]]);
    const before = at === undefined ? undefined : list[at];
    if (at !== undefined && before) list[at] = change(before);
  }
}

const standingOf = ({ state, why }: Standing): Standing => ({ state, ...(why && { why }) });

export const pathKey = (node: string, peer: string): string => `${node} ${peer}`;

const isSamePath = (one: Path, other: Path): boolean =>
  one.path === other.path && one.ms === other.ms && one.silent === other.silent;

/** As the API orders them: the silent first, then the relayed, then the direct. */
export function byPlace(one: Path, other: Path): number {
  return (
    Number(!one.silent) - Number(!other.silent) ||
    Number(one.path !== 'relayed') - Number(other.path !== 'relayed') ||
    compare(one.node, other.node) ||
    compare(one.peer, other.peer)
  );
}

const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);
