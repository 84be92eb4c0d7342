import { quadtree, type Quadtree, type QuadtreeLeaf } from 'd3-quadtree';
import { type State } from './topology.js';

interface Standing {
  readonly place: { readonly x: number; readonly y: number };
  readonly state: State;
}

/** What is nearest within a radius, all of them on the unit circle. */
export type HitTest<H> = (x: number, y: number, radius: number) => H | undefined;

/** What is not fine wins over what is a little nearer. The tree is made at the first question. */
export function hitTest<H extends Standing>(hosts: readonly H[]): HitTest<H> {
  let tree: Quadtree<H> | undefined;
  return (x, y, radius) => {
    tree ??= treeOf(hosts);
    let best: H | undefined;
    let least = Infinity;
    tree.visit((quad, x0, y0, x1, y1) => {
      if (x < x0 - radius || x > x1 + radius || y < y0 - radius || y > y1 + radius) return true;
      if (quad.length) return false;
      for (let leaf: QuadtreeLeaf<H> | undefined = quad; leaf; leaf = leaf.next) {
        const { place, state } = leaf.data;
        const distance = (place.x - x) ** 2 + (place.y - y) ** 2;
        const score = distance - (state === 'fine' ? 0 : radius ** 2 / 2);
        if (distance <= radius ** 2 && score < least) [best, least] = [leaf.data, score];
      }
      return false;
    });
    return best;
  };
}

function treeOf<H extends Standing>(hosts: readonly H[]): Quadtree<H> {
  return quadtree<H>()
    .x(({ place }) => place.x)
    .y(({ place }) => place.y)
    .addAll([...hosts]);
}

/** Big enough for a finger, and no bigger than what belongs to one host. */
export function hitRadius(scale: number, pitch: number): number {
  return Math.max(14 / scale, 0.35 * pitch);
}
