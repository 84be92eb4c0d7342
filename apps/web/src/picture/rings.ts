export interface Rings {
  /** Radii, from the inside out; the rim is at 1. */
  readonly radii: readonly number[];
  /** The distance that neighbours have from each other, about. */
  readonly pitch: number;
  /** For each sector, its slots from the inside out: radius and angle. */
  readonly slots: readonly (readonly Slot[])[];
  /** How many operations it took. */
  readonly steps: number;
}

export interface Slot {
  readonly r: number;
  readonly t: number;
}

export interface Arc {
  readonly from: number;
  readonly to: number;
  readonly room: number;
}

const INNER = 0.34;
const OUTER = 0.92;
const WIDEST = 0.29;
/** More slots than hosts: a host that comes then seldom finds its slot taken. */
const SPARE = 1.22;

/** With room for so few hosts, each has a share of the circle instead: slots of all rings could all be on one side. */
const FEW = 16;
/** Neighbours are never on one ring, and the outermost leaves room for the nodes of its hosts, and their names, within the rim. */
const RINGS_OF_FEW = [0.82, 0.42, 0.62] as const;

/** What an instrument without hosts has. */
export const EMPTY_RADII: readonly number[] = [0.34, 0.53, 0.73, 0.92];

/** The widest pitch at which every sector has slots enough. */
export function ringsFor(arcs: readonly Arc[]): Rings {
  if (arcs.reduce((sum, { room }) => sum + room, 0) <= FEW) return ringsForFew(arcs);
  let steps = 0;
  for (let pitch = WIDEST; ; pitch *= 0.95) {
    const radii = radiiAt(pitch);
    const counts: number[][] = [];
    for (const arc of arcs) {
      steps += radii.length;
      const count = radii.map((r) => Math.floor(((arc.to - arc.from) * r) / pitch));
      if (count.reduce((sum, n) => sum + n, 0) < SPARE * arc.room) break;
      counts.push(count);
    }
    if (counts.length < arcs.length) continue;
    const slots = arcs.map((arc, at) => slotsOf(arc, radii, counts[at] ?? []));
    return { radii, pitch, slots, steps: steps + slots.reduce((sum, list) => sum + list.length, 0) };
  }
}

function ringsForFew(arcs: readonly Arc[]): Rings {
  let share = 0;
  const slots = arcs.map(({ from, to, room }) =>
    Array.from({ length: room }, (_, at) => ({
      r: RINGS_OF_FEW[share++ % RINGS_OF_FEW.length] ?? OUTER,
      t: from + ((at + 0.5) * (to - from)) / room,
    })),
  );
  return { radii: RINGS_OF_FEW.toSorted((a, b) => a - b), pitch: WIDEST, slots, steps: share };
}

function radiiAt(pitch: number): number[] {
  const gaps = Math.max(1, Math.round((OUTER - INNER) / pitch));
  return Array.from({ length: gaps + 1 }, (_, at) => INNER + (at * (OUTER - INNER)) / gaps);
}

function slotsOf({ from, to }: Arc, radii: readonly number[], counts: readonly number[]): Slot[] {
  return radii.flatMap((r, ring) => {
    const count = counts[ring] ?? 0;
    return Array.from({ length: count }, (_, at) => ({ r, t: from + ((at + 0.5) * (to - from)) / count }));
  });
}
