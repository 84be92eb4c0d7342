/** A rectangle by its middle, in pixels. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

export interface Wanted {
  readonly w: number;
  readonly h: number;
  /** Where its middle may be, the best first. */
  readonly spots: readonly { readonly x: number; readonly y: number }[];
  /** May cover a thing when there is no other way, but never another name. */
  readonly important?: boolean;
}

const CELL = 64;

/** Rectangles in a grid, so that the question who is there does not look at all of them. */
export class Boxes {
  private readonly cells = new Map<number, Box[]>();

  add(box: Box): void {
    this.within(box, (key) => {
      const list = this.cells.get(key);
      if (list) list.push(box);
      else this.cells.set(key, [box]);
      return false;
    });
  }

  touches(box: Box): boolean {
    return this.within(box, (key) => this.cells.get(key)?.some((other) => overlap(box, other)) ?? false);
  }

  /** How many it touches. */
  touching(box: Box): number {
    const found = new Set<Box>();
    this.within(box, (key) => {
      for (const other of this.cells.get(key) ?? []) if (overlap(box, other)) found.add(other);
      return false;
    });
    return found.size;
  }

  private within({ x, y, w, h }: Box, visit: (key: number) => boolean): boolean {
    const right = Math.floor((x + w / 2) / CELL);
    const bottom = Math.floor((y + h / 2) / CELL);
    for (let column = Math.floor((x - w / 2) / CELL); column <= right; column++)
      for (let row = Math.floor((y - h / 2) / CELL); row <= bottom; row++)
        if (visit(column * 65_536 + row)) return true;
    return false;
  }
}

/**
 * Finds a place for one name and takes it. A name that would touch one placed before is left out.
 * @param names those placed before
 * @param things what a name should not cover
 */
export function place(wanted: Wanted, names: Boxes, things: Boxes): Box | undefined {
  const free = wanted.spots
    .map(({ x, y }) => ({ x, y, w: wanted.w, h: wanted.h }))
    .filter((box) => !names.touches(box));
  const found = free.find((box) => !things.touches(box)) ?? (wanted.important ? free[0] : undefined);
  if (found) names.add(found);
  return found;
}

function overlap(a: Box, b: Box): boolean {
  return Math.abs(a.x - b.x) < (a.w + b.w) / 2 && Math.abs(a.y - b.y) < (a.h + b.h) / 2;
}
