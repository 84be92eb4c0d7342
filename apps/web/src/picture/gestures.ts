import { type Look } from './flight.js';
import { radiusIn, type Size, type Zoomed } from './view.js';
import { held, lookAt, placed, REST, under, wheelScale, type Bounds, type Finger } from './zooming.js';

interface Reports {
  readonly onZoom: (zoomed: Zoomed) => void;
  /** A person took hold of the picture. */
  readonly onHold: () => void;
}

/** A pointer that moved further was not a click. */
const CLICK_PX = 5;
/** At the nearest or farthest, the wheel is ours for so long after it last zoomed: the page must not jump away. */
const WHEEL_MS = 150;

/**
 * Wheel, drag and pinch. Ours, because d3-zoom brings nine packages, a tenth of all that is loaded first. Touches are heard
 * as touch events: of these alone, one finger can be left to the page while two are not.
 */
export class Gestures {
  private zoomed: Zoomed = REST;
  private bounds: Bounds = { width: 0, height: 0, nearest: 1 };
  private wheeledAt = -Infinity;
  private readonly fingers = new Map<number, Finger>();
  private readonly listening = new AbortController();

  constructor(
    private readonly element: HTMLCanvasElement,
    private readonly reports: Reports,
  ) {
    const { signal } = this.listening;
    const active = { signal, passive: false };
    element.addEventListener('wheel', (event) => this.wheel(event), active);
    element.addEventListener('pointerdown', (event) => this.press(event), { signal });
    element.addEventListener('touchstart', (event) => this.touch(event), { signal, passive: true });
    element.addEventListener('touchmove', (event) => this.slide(event), active);
    for (const end of ['touchend', 'touchcancel'] as const)
      element.addEventListener(end, (event) => this.hold(event.touches), { signal });
  }

  /** Keeps what is in the middle there. */
  resize(before: Size | undefined, size: Size, nearest: number): void {
    const look = before && this.look(before);
    this.bounds = { ...size, nearest };
    if (!before || !look) return;
    const grown = radiusIn(size) / radiusIn(before);
    this.go({
      k: Math.min(look.k, nearest),
      x: size.width / 2 + (look.x - before.width / 2) * grown,
      y: size.height / 2 + (look.y - before.height / 2) * grown,
    });
  }

  nearest(most: number): void {
    this.bounds = { ...this.bounds, nearest: most };
  }

  look({ width, height }: Size): Look {
    return { k: this.zoomed.k, ...under(this.zoomed, { x: width / 2, y: height / 2 }) };
  }

  go(look: Look): void {
    this.become(lookAt(look, this.bounds));
  }

  stop(): void {
    this.listening.abort();
  }

  private become(zoomed: Zoomed): void {
    this.zoomed = zoomed;
    this.reports.onZoom(zoomed);
  }

  /** What would move nothing is left to the page: a mouse scrolls it with its wheel. */
  private wheel(event: WheelEvent): void {
    if (this.zoomed.k <= 1 && event.deltaY >= 0 && !event.ctrlKey) return;
    const at = this.pointOf(event);
    const zoomed = placed(this.zoomed.k * wheelScale(event), at, under(this.zoomed, at), this.bounds);
    const isIdle = zoomed.k === this.zoomed.k;
    if (isIdle && event.timeStamp - this.wheeledAt > WHEEL_MS) return;
    event.preventDefault();
    if (isIdle) return;
    this.wheeledAt = event.timeStamp;
    this.reports.onHold();
    this.become(zoomed);
  }

  private press(event: PointerEvent): void {
    if (event.pointerType !== 'mouse' || event.button !== 0 || event.ctrlKey) return;
    const from = this.pointOf(event);
    const on = under(this.zoomed, from);
    const released = new AbortController();
    const signal = AbortSignal.any([released.signal, this.listening.signal]);
    let isMoved = false;
    this.element.setPointerCapture(event.pointerId);
    this.reports.onHold();
    const move = (moved: PointerEvent) => {
      const at = this.pointOf(moved);
      isMoved ||= Math.hypot(at.x - from.x, at.y - from.y) > CLICK_PX;
      this.become(held(this.zoomed, [{ at, on }], this.bounds));
    };
    const release = () => {
      released.abort();
      if (isMoved) this.swallowClick();
    };
    this.element.addEventListener('pointermove', move, { signal });
    for (const end of ['pointerup', 'pointercancel'] as const) this.element.addEventListener(end, release, { signal });
  }

  /** The click that ends a drag means nothing. */
  private swallowClick(): void {
    const over = new AbortController();
    this.element.addEventListener('click', (event) => event.stopPropagation(), { capture: true, signal: over.signal });
    setTimeout(() => over.abort());
  }

  /** What would move nothing is left to the page: a phone scrolls it with one finger. */
  private touch({ touches }: TouchEvent): void {
    if (this.zoomed.k <= 1 && touches.length < 2) return;
    this.reports.onHold();
    this.hold(touches);
  }

  private slide(event: TouchEvent): void {
    if (this.fingers.size === 0) return;
    if (event.cancelable) event.preventDefault();
    for (const touch of event.changedTouches) {
      const finger = this.fingers.get(touch.identifier);
      if (finger) this.fingers.set(touch.identifier, { ...finger, at: this.pointOf(touch) });
    }
    this.become(held(this.zoomed, [...this.fingers.values()], this.bounds));
  }

  /** From here, each finger holds what is under it. */
  private hold(touches: TouchList): void {
    const isHeld = this.fingers.size > 0 || touches.length > 1 || this.zoomed.k > 1;
    this.fingers.clear();
    if (!isHeld) return;
    for (const touch of touches) {
      const at = this.pointOf(touch);
      this.fingers.set(touch.identifier, { at, on: under(this.zoomed, at) });
    }
  }

  private pointOf({ clientX, clientY }: { clientX: number; clientY: number }): { x: number; y: number } {
    const { left, top } = this.element.getBoundingClientRect();
    return { x: clientX - left, y: clientY - top };
  }
}
