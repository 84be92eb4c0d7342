import { type Layout, type Place, placeAt } from './layout.js';

/** Where things stand between two layouts, or in one. */
export interface Stand {
  readonly placeOf: (host: string) => Place | undefined;
  readonly sectors: ReadonlyMap<string, { readonly from: number; readonly to: number }>;
}

export const GLIDE_MS = 320;

export function standIn(layout: Layout): Stand {
  return { placeOf: (host) => layout.places.get(host), sectors: new Map(layout.sectors.map((arc) => [arc.key, arc])) };
}

/** Around the middle, never through it. What was not there before stands where it belongs at once. */
export function standBetween(before: Stand, layout: Layout, part: number): Stand {
  const eased = 1 - (1 - part) ** 3;
  const mix = (a: number, b: number) => a + (b - a) * eased;
  return {
    placeOf: (host) => {
      const to = layout.places.get(host);
      const from = before.placeOf(host);
      if (!to || !from || (from.r === to.r && from.t === to.t)) return to;
      return placeAt(mix(from.r, to.r), from.t + shortWay(from.t, to.t) * eased);
    },
    sectors: new Map(
      layout.sectors.map((to) => {
        const from = before.sectors.get(to.key) ?? to;
        return [to.key, { from: mix(from.from, to.from), to: mix(from.to, to.to) }];
      }),
    ),
  };
}

/** Whether somebody who was there before stands elsewhere now. */
export function moves(before: Layout, after: Layout): boolean {
  if (before === after) return false;
  for (const [host, { r, t }] of after.places) {
    const from = before.places.get(host);
    if (from && (from.r !== r || from.t !== t)) return true;
  }
  return false;
}

function shortWay(from: number, to: number): number {
  const turn = (to - from) % (2 * Math.PI);
  return turn > Math.PI ? turn - 2 * Math.PI : turn < -Math.PI ? turn + 2 * Math.PI : turn;
}
