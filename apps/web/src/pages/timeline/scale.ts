/**
 * A scale of time on which a gap is as wide as the square root of its length, so that the first second is readable
 * beside a day. Pure; times in milliseconds, places from 0 to 1.
 */
export interface Scale {
  placeOf(time: number): number;
  timeAt(place: number): number;
}

/** What even no gap gets, in the unit of one second's root: events of one moment stand beside each other. */
const LEAST = 0.6;

/** `knots`: times in ascending order, two at least. */
export function scaleOf(knots: readonly number[]): Scale {
  const widths = knots.slice(1).map((knot, at) => Math.sqrt(Math.max(0, knot - (knots[at] ?? knot)) / 1000) + LEAST);
  const all = widths.reduce((sum, width) => sum + width, 0);
  const starts = widths.map((_, at) => widths.slice(0, at).reduce((sum, width) => sum + width, 0) / all);
  const gap = (at: number) => ({
    from: knots[at] ?? 0,
    to: knots[at + 1] ?? 0,
    start: starts[at] ?? 0,
    width: (widths[at] ?? 0) / all,
  });
  return {
    placeOf(time) {
      const found = knots.findLastIndex((knot) => knot <= time);
      if (found < 0) return 0;
      if (found >= widths.length) return 1;
      const { from, to, start, width } = gap(found);
      return start + (to === from ? 0 : (width * (time - from)) / (to - from));
    },
    timeAt(place) {
      if (place >= 1) return knots.at(-1) ?? 0;
      const { from, to, start, width } = gap(
        Math.max(
          0,
          starts.findLastIndex((one) => one <= place),
        ),
      );
      return from + ((to - from) * Math.max(0, place - start)) / width;
    },
  };
}

/** Of places in ascending order those with room for a label of this width, beginning with the last. */
export function withRoom(places: readonly number[], width: number): Set<number> {
  const kept = new Set<number>();
  let next = Infinity;
  for (const place of places.toReversed())
    if (next - place >= width) {
      kept.add(place);
      next = place;
    }
  return kept;
}
