import { type Look } from './flight.js';
import { type Size, type Zoomed } from './view.js';

interface Point {
  readonly x: number;
  readonly y: number;
}

/** The window, and how near one may come. The picture always fills the window. */
export interface Bounds extends Size {
  readonly nearest: number;
}

export const REST: Zoomed = { x: 0, y: 0, k: 1 };

/** The point of the picture, before it is scaled, that is shown at a point of the window. */
export const under = ({ x, y, k }: Zoomed, at: Point): Point => ({ x: (at.x - x) / k, y: (at.y - y) / k });

/** Shows a point of the picture at a point of the window, as far as the bounds let it. */
export function placed(scale: number, at: Point, on: Point, { width, height, nearest }: Bounds): Zoomed {
  const k = between(scale, 1, nearest);
  return { k, x: between(at.x - on.x * k, width * (1 - k), 0), y: between(at.y - on.y * k, height * (1 - k), 0) };
}

export const lookAt = ({ k, x, y }: Look, bounds: Bounds): Zoomed =>
  placed(k, { x: bounds.width / 2, y: bounds.height / 2 }, { x, y }, bounds);

/** A finger, or the pointer: where it is, and the point of the picture that it holds. */
export interface Finger {
  readonly at: Point;
  readonly on: Point;
}

/** What one or two fingers hold stays under them. */
export function held(zoomed: Zoomed, [first, second]: readonly Finger[], bounds: Bounds): Zoomed {
  if (!first) return zoomed;
  if (!second) return placed(zoomed.k, first.at, first.on, bounds);
  const scale = distance(first.at, second.at) / Math.max(distance(first.on, second.on), 1e-6);
  return placed(scale, middle(first.at, second.at), middle(first.on, second.on), bounds);
}

/** How far a turn of the wheel zooms. Browsers send a pinch on a touchpad as a turn with Ctrl. */
export function wheelScale({
  deltaY,
  deltaMode,
  ctrlKey,
}: Pick<WheelEvent, 'deltaY' | 'deltaMode' | 'ctrlKey'>): number {
  const unit = deltaMode === 1 ? 0.05 : deltaMode === 2 ? 1 : 0.002;
  return 2 ** (-deltaY * unit * (ctrlKey ? 10 : 1));
}

const distance = (a: Point, b: Point): number => Math.hypot(a.x - b.x, a.y - b.y);

const middle = (a: Point, b: Point): Point => ({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 });

function between(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}
