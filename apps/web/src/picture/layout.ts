import { nodeAngles } from './nodes.js';
import { EMPTY_RADII, ringsFor } from './rings.js';
import { sectorsOf, type Named, type Sector } from './sectors.js';
import { takeSlots } from './slots.js';

/** On the unit circle: radius and angle, and the same as x (right) and y (down). */
export interface Place {
  readonly r: number;
  readonly t: number;
  readonly x: number;
  readonly y: number;
}

export interface NamedNode {
  readonly id: string;
  readonly host: string;
  readonly name: string;
}

/** Where everything stands, on a circle of radius 1 around 0, 0. The window only scales it. */
export interface Layout {
  readonly sectors: readonly Sector[];
  readonly radii: readonly number[];
  readonly pitch: number;
  /** By the ID of the host. */
  readonly places: ReadonlyMap<string, Place>;
  /** By the ID of the node: its angle on the orbit of its host. */
  readonly angles: ReadonlyMap<string, number>;
  /** How many operations it took: what a test of the cost counts. */
  readonly steps: number;
}

/** By names alone: order, states and time do not count, so it is the same picture tomorrow. */
export function layoutOf(hosts: readonly Named[], nodes: readonly NamedNode[]): Layout {
  const sectors = sectorsOf(hosts);
  if (sectors.length === 0) return EMPTY;
  const { radii, pitch, slots, steps } = ringsFor(sectors);
  const places = new Map<string, Place>();
  let taken = 0;
  sectors.forEach((sector, at) => {
    const free = slots[at] ?? [];
    const chosen = takeSlots(sector.hosts, free.length);
    taken += chosen.steps;
    for (const [id, slot] of chosen.slots) {
      const { r, t } = free[slot] ?? { r: 0, t: 0 };
      places.set(id, placeAt(r, t));
    }
  });
  const angles = anglesOf(nodes, places);
  return { sectors, radii, pitch, places, angles, steps: steps + taken + nodes.length };
}

export const placeAt = (r: number, t: number): Place => ({ r, t, x: r * Math.cos(t), y: r * Math.sin(t) });

/** An instrument without hosts. */
const EMPTY: Layout = {
  ...{ sectors: [], radii: EMPTY_RADII, pitch: 0.2, steps: 0 },
  ...{ places: new Map(), angles: new Map() },
};

function anglesOf(nodes: readonly NamedNode[], places: ReadonlyMap<string, Place>): Map<string, number> {
  const angles = new Map<string, number>();
  for (const [host, list] of byHost(nodes)) {
    const turn = places.get(host)?.t ?? 0;
    for (const [id, angle] of nodeAngles(list)) angles.set(id, turn + angle);
  }
  return angles;
}

function byHost(nodes: readonly NamedNode[]): Map<string, NamedNode[]> {
  const lists = new Map<string, NamedNode[]>();
  for (const node of nodes) {
    const list = lists.get(node.host);
    if (list) list.push(node);
    else lists.set(node.host, [node]);
  }
  return lists;
}
