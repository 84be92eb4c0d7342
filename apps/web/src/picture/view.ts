/** First scaled, then moved, in pixels of the canvas. */
export interface Zoomed {
  readonly x: number;
  readonly y: number;
  readonly k: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Where the middle of the unit circle is, and how many pixels its radius has. */
export interface View {
  readonly x: number;
  readonly y: number;
  readonly scale: number;
}

/** Below this the window counts as a phone's. */
const SMALL = 500;
/** The names on the rim need this much. */
const MARGIN = 34;
const SMALL_MARGIN = 20;
const LEAST_RADIUS = 60;
/** So many pixels between neighbours show everything. */
const NEAREST = 320;

export const isSmall = ({ width }: Size): boolean => width < SMALL;

export function radiusIn(size: Size): number {
  const margin = isSmall(size) ? SMALL_MARGIN : MARGIN;
  return Math.max(LEAST_RADIUS, Math.min(size.width, size.height) / 2 - margin);
}

export function viewOf(size: Size, zoomed: Zoomed): View {
  return {
    x: zoomed.x + zoomed.k * (size.width / 2),
    y: zoomed.y + zoomed.k * (size.height / 2),
    scale: zoomed.k * radiusIn(size),
  };
}

/** So near that addresses can be read, however many hosts there are. */
export function nearestZoom(pitch: number, size: Size): number {
  return Math.max(8, NEAREST / (pitch * radiusIn(size)));
}

export const toScreen = (view: View, at: { x: number; y: number }): { x: number; y: number } => ({
  x: view.x + at.x * view.scale,
  y: view.y + at.y * view.scale,
});

export const toUnit = (view: View, at: { x: number; y: number }): { x: number; y: number } => ({
  x: (at.x - view.x) / view.scale,
  y: (at.y - view.y) / view.scale,
});

export function isWithin(size: Size, { x, y }: { x: number; y: number }, margin: number): boolean {
  return x >= margin && y >= margin && x <= size.width - margin && y <= size.height - margin;
}
