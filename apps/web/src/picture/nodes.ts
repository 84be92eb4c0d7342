import { compareText, hash, roomFor } from './hash.js';

const PLACES = 12;
/** Coprime to 12 and to 12 times any power of two. */
const STEP = 5;

/** For each node of one host its angle on the host's orbit, by names alone. */
export function nodeAngles(nodes: readonly { readonly id: string; readonly name: string }[]): Map<string, number> {
  const places = placesFor(nodes.length);
  const taken = new Uint8Array(places);
  const inOrder = nodes
    .map((node) => ({ node, h: hash(node.name) }))
    .sort((a, b) => a.h - b.h || compareText(a.node.name, b.node.name) || compareText(a.node.id, b.node.id));
  return new Map(
    inOrder.map(({ node, h }) => {
      let place = h % places;
      while (taken[place] === 1) place = (place + STEP) % places;
      taken[place] = 1;
      return [node.id, (place * 2 * Math.PI) / places];
    }),
  );
}

/** 12 places; a host with more nodes has 24, 48 and so on, and its nodes are drawn smaller. */
export function placesFor(count: number): number {
  return count <= PLACES ? PLACES : PLACES * roomFor(count / PLACES);
}
