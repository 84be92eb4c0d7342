import { type Topology, type TopologyPath } from './topology.js';

/** How one host reaches another, over all their nodes. */
export interface Edge {
  /** The ID of the other host. */
  readonly host: string;
  readonly path: 'direct' | 'relayed';
  readonly ms?: number;
  /** Nothing comes back along it. */
  readonly silent?: true;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A quadratic curve. */
export interface Curve {
  readonly from: Point;
  readonly control: Point;
  readonly to: Point;
}

/** How far the middle of a curve is pulled to the middle of the picture, so that edges do not lie on the rings. */
const PULL = 0.42;
/** Of the length of the edge: more would make a loop between neighbours. */
const MOST_PULL = 0.5;

/** For a host its edges, worst first. Where the host itself says nothing of a peer, what the peer says counts. */
export function edgesBy(topology: Topology): (host: string) => readonly Edge[] {
  let seen: Seen | undefined;
  return (host) => {
    seen ??= look(topology);
    const own = seen.get(host);
    if (!own) return [];
    return [...own.values()].map(({ edge }) => edge).sort(bySeverity);
  };
}

type Seen = Map<string, Map<string, { edge: Edge; own: boolean }>>;

function look({ nodes, paths }: Topology): Seen {
  const hostOf = new Map(nodes.map(({ id, host }) => [id, host]));
  const hostAt = new Map(nodes.flatMap(({ address, host }) => (address === null ? [] : [[address, host] as const])));
  const seen: Seen = new Map();
  for (const path of paths) {
    const from = hostOf.get(path.node);
    const to = hostAt.get(path.peer);
    if (path.path === 'none' || from === undefined || to === undefined || from === to) continue;
    note(seen, from, edgeTo(to, path), true);
    note(seen, to, edgeTo(from, path), false);
  }
  return seen;
}

function edgeTo(host: string, { path, ms, silent }: TopologyPath): Edge {
  return {
    ...{ host, path: path === 'relayed' ? 'relayed' : 'direct' },
    ...(ms === undefined ? {} : { ms }),
    ...(silent === true ? { silent } : {}),
  };
}

function note(seen: Seen, host: string, edge: Edge, own: boolean): void {
  const edges = seen.get(host) ?? new Map<string, { edge: Edge; own: boolean }>();
  if (edges.size === 0) seen.set(host, edges);
  const before = edges.get(edge.host);
  const better = !before || (own && !before.own) || (own === before.own && bySeverity(edge, before.edge) < 0);
  if (better) edges.set(edge.host, { edge, own });
}

function bySeverity(a: Edge, b: Edge): number {
  if (a.silent !== b.silent) return a.silent ? -1 : 1;
  if (a.path !== b.path) return a.path === 'relayed' ? -1 : 1;
  return (b.ms ?? -1) - (a.ms ?? -1);
}

export function curve(from: Point, to: Point, middle: Point): Curve {
  const x = (from.x + to.x) / 2;
  const y = (from.y + to.y) / 2;
  const inward = Math.hypot(middle.x - x, middle.y - y);
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  const pull = Math.min(PULL, (MOST_PULL * length) / Math.max(inward, 1e-6));
  return { from, to, control: { x: x + (middle.x - x) * pull, y: y + (middle.y - y) * pull } };
}

export function along({ from, control, to }: Curve, part: number): Point {
  const rest = 1 - part;
  const mix = (a: number, b: number, c: number) => rest * rest * a + 2 * part * rest * b + part * part * c;
  return { x: mix(from.x, control.x, to.x), y: mix(from.y, control.y, to.y) };
}

const FEW = 8;

/** Whose latency is written beside it: of many, the relayed and slowest alone. */
export function withLatency(edges: readonly Edge[], small: boolean): readonly Edge[] {
  const known = edges.filter(({ ms, silent }) => ms !== undefined || silent);
  return edges.length <= FEW ? known : [...known].sort(bySeverity).slice(0, small ? 3 : 9);
}

/** Where along its edge a latency may stand: with many edges away from where all of them begin. */
export function latencySpots(edges: number): readonly number[] {
  return edges > FEW ? [0.82, 0.72, 0.62, 0.5] : [0.5, 0.62, 0.4, 0.72, 0.3];
}

export function latencyText({ ms, path, silent }: Edge): string {
  if (silent) return 'silent';
  const figure = ms === undefined ? '' : `${ms < 100 ? Math.round(ms * 10) / 10 : Math.round(ms)} ms`;
  return path === 'relayed' ? `${figure} relayed`.trim() : figure;
}
