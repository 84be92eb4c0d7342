import { type Crowd } from '../crowds.js';
import { hasNodes, type Detail } from '../detail.js';
import { type Edge } from '../edges.js';
import { type Stand } from '../glide.js';
import { placesFor } from '../nodes.js';
import { type Scene, type SceneHost } from '../scene.js';
import { type State } from '../topology.js';
import { type Pen } from './pen.js';

/** What one frame shows. */
export interface Shown {
  readonly scene: Scene;
  readonly stand: Stand;
  readonly detail: Detail;
  readonly crowds: readonly Crowd[];
  readonly chosen: SceneHost | undefined;
  readonly hovered: SceneHost | undefined;
  /** Those of the chosen host. */
  readonly edges: readonly Edge[];
  /** Hosts about which news came: from 0, when it came, to 1. */
  readonly pulses: ReadonlyMap<string, number>;
}

/** A host in the window, in pixels. */
export interface Standing {
  readonly host: SceneHost;
  readonly x: number;
  readonly y: number;
  /** Of its mark. */
  readonly r: number;
  /** With the orbit of its nodes. */
  readonly reach: number;
  readonly shape: State;
  /** Neither chosen nor at the other end of an edge of the chosen. */
  readonly apart: boolean;
  /** Belongs to a crowd that has one mark. */
  readonly crowded: boolean;
}

/** How far outside the window something still reaches into it. */
const OUTSIDE = 60;

/** The hosts in the window, what is not fine last. */
export function standingIn(pen: Pen, shown: Shown): Standing[] {
  const { view, size } = pen;
  const { scene, stand, detail, chosen } = shown;
  const near = new Set(shown.edges.map(({ host }) => host));
  const crowds = new Set(shown.crowds.map(({ sector }) => sector));
  const crowd = new Set(scene.sectors.filter(({ key }) => crowds.has(key)).flatMap(({ hosts }) => hosts));
  const standing: Standing[] = [];
  for (const host of scene.worstLast) {
    const place = stand.placeOf(host.id);
    if (!place) continue;
    const x = view.x + place.x * view.scale;
    const y = view.y + place.y * view.scale;
    if (x < -OUTSIDE || y < -OUTSIDE || x > size.width + OUTSIDE || y > size.height + OUTSIDE) continue;
    // From near, the mark stands on the node alone, where it is large enough to be seen.
    const shape = hasNodes(detail) && detail.names && host.own === 'fine' ? 'fine' : host.state;
    const r = shape === 'fine' ? detail.fine : detail.notFine;
    const apart = chosen !== undefined && chosen !== host && !near.has(host.id);
    const reach = hasNodes(detail) ? r + detail.orbit : r;
    standing.push({ host, x, y, r, reach, shape, apart, crowded: host.state !== 'fine' && crowd.has(host) });
  }
  return standing;
}

export interface StandingNode {
  readonly x: number;
  readonly y: number;
  readonly r: number;
  readonly shape: State;
  /** To the right of its host. */
  readonly right: boolean;
}

export function nodesOf({ detail }: Shown, { host, x, y, reach }: Standing): StandingNode[] {
  const shrink = Math.sqrt(12 / placesFor(host.nodes.length));
  return host.nodes.map(({ angle, state }) => {
    // What stands on a host that is away is not told from it: the host's own mark says all that is known.
    const shape = host.own === 'away' ? 'fine' : state;
    return {
      ...{ shape, x: x + reach * Math.cos(angle), y: y + reach * Math.sin(angle) },
      r: (shape === 'fine' ? detail.node : detail.nodeNotFine) * shrink,
      right: Math.cos(angle) >= 0,
    };
  });
}
