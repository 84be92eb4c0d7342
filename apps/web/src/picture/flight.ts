/** Where one looks: the scale, and what is in the middle, in pixels of the picture before it is scaled. */
export interface Look {
  readonly k: number;
  readonly x: number;
  readonly y: number;
}

export const FLIGHT_MS = 320;

/** On the way from one look to another: the scale grows evenly to the eye. */
export function lookBetween(from: Look, to: Look, part: number): Look {
  const eased = 1 - (1 - part) ** 3;
  const k = from.k * (to.k / from.k) ** eased;
  // What moves at a great scale moves fast: the middle follows the scale.
  const moved = Math.abs(to.k - from.k) < 1e-9 ? eased : (1 / from.k - 1 / k) / (1 / from.k - 1 / to.k);
  return { k, x: from.x + (to.x - from.x) * moved, y: from.y + (to.y - from.y) * moved };
}
