import { select, type Selection } from 'd3-selection';
import { zoom, zoomIdentity, type D3ZoomEvent, type ZoomBehavior } from 'd3-zoom';
import { type Look } from './flight.js';
import { radiusIn, type Size, type Zoomed } from './view.js';

interface Reports {
  readonly onZoom: (zoomed: Zoomed) => void;
  /** A person took hold of the picture. */
  readonly onHold: () => void;
}

/** Wheel, drag, pinch and double click, by d3-zoom. */
export class Gestures {
  private readonly canvas: Selection<HTMLCanvasElement, unknown, null, undefined>;
  private readonly behavior: ZoomBehavior<HTMLCanvasElement, unknown>;
  private zoomed: Zoomed = zoomIdentity;

  constructor(element: HTMLCanvasElement, reports: Reports) {
    this.canvas = select<HTMLCanvasElement, unknown>(element);
    this.behavior = zoom<HTMLCanvasElement, unknown>()
      .clickDistance(5)
      .filter((event: Event) => this.takes(event))
      .on('start', ({ sourceEvent }: D3ZoomEvent<HTMLCanvasElement, unknown>) => {
        if (sourceEvent) reports.onHold();
      })
      .on('zoom', ({ transform }: D3ZoomEvent<HTMLCanvasElement, unknown>) => {
        this.zoomed = transform;
        reports.onZoom(transform);
      });
    this.canvas.call(this.behavior).on('dblclick.zoom', null);
  }

  /** Keeps what is in the middle there. */
  resize(before: Size | undefined, size: Size, nearest: number): void {
    const look = before && this.look(before);
    const whole: [[number, number], [number, number]] = [
      [0, 0],
      [size.width, size.height],
    ];
    this.behavior.extent(whole).translateExtent(whole).scaleExtent([1, nearest]);
    if (!before || !look) return;
    const grown = radiusIn(size) / radiusIn(before);
    this.go({
      k: Math.min(look.k, nearest),
      x: size.width / 2 + (look.x - before.width / 2) * grown,
      y: size.height / 2 + (look.y - before.height / 2) * grown,
    });
  }

  nearest(most: number): void {
    this.behavior.scaleExtent([1, most]);
  }

  look({ width, height }: Size): Look {
    const { x, y, k } = this.zoomed;
    return { k, x: (width / 2 - x) / k, y: (height / 2 - y) / k };
  }

  go({ k, x, y }: Look): void {
    this.behavior.scaleTo(this.canvas, k);
    this.behavior.translateTo(this.canvas, x, y);
  }

  stop(): void {
    this.canvas.on('.zoom', null);
  }

  /** What would move nothing is left to the page: a phone scrolls it with one finger, a mouse with its wheel. */
  private takes(event: Event): boolean {
    const all = this.zoomed.k <= 1;
    if (event instanceof WheelEvent) return !all || event.deltaY < 0 || event.ctrlKey;
    if (event instanceof MouseEvent) return !event.ctrlKey && event.button === 0;
    return !all || !('touches' in event) || (event as TouchEvent).touches.length > 1;
  }
}
