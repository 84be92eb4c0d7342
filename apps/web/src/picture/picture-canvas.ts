import { crowdsIn, type Crowd } from './crowds.js';
import { detailAt } from './detail.js';
import { FLIGHT_MS, lookBetween, type Look } from './flight.js';
import { Frames } from './frames.js';
import { Gestures } from './gestures.js';
import { GLIDE_MS, moves, standBetween, standIn, type Stand } from './glide.js';
import { hitRadius } from './hit.js';
import { paint } from './paint/paint.js';
import { widths, type Pen } from './paint/pen.js';
import { type Shown } from './paint/shown.js';
import { Pulses } from './pulses.js';
import { type Scene, type SceneHost } from './scene.js';
import { readTheme, type Theme } from './theme.js';
import { isSmall, isWithin, nearestZoom, toScreen, toUnit, viewOf, type Size, type View, type Zoomed } from './view.js';

interface Point {
  readonly x: number;
  readonly y: number;
}

/** Sharper than this costs time that no eye sees. */
const MOST_DENSE = 2;
const CROWD_RADIUS = 20;
/** So much nearer, a crowd is hosts again. */
const INTO_CROWD = 2.4;

/** Owns the canvas: what it shows, what moves, and what the pointer is on. At rest nothing runs. */
export class PictureCanvas {
  private readonly c: CanvasRenderingContext2D;
  private readonly widthOf: Pen['widthOf'];
  private readonly frames: Frames;
  private readonly gestures: Gestures;
  private readonly pulses = new Pulses();
  private theme: Theme;
  private size: Size = { width: 0, height: 0 };
  private zoomed: Zoomed = { x: 0, y: 0, k: 1 };
  private scene: Scene | undefined;
  private chosen: string | undefined;
  private hovered: string | undefined;
  private glide: { from: Stand; began: number } | undefined;
  private flight: { from: Look; to: Look; began: number } | undefined;

  /** @param calm whether the person prefers reduced motion */
  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly calm: () => boolean,
  ) {
    const context = canvas.getContext('2d');
    if (!context) throw new Error('this browser has no canvas');
    this.c = context;
    this.widthOf = widths(context);
    this.theme = readTheme(getComputedStyle(canvas));
    this.frames = new Frames(
      { request: (draw) => requestAnimationFrame(draw), cancel: (id) => cancelAnimationFrame(id) },
      (now) => this.draw(now),
    );
    this.gestures = new Gestures(canvas, {
      onZoom: (zoomed) => this.onZoom(zoomed),
      onHold: () => (this.flight = undefined),
    });
    this.resize();
  }

  show(scene: Scene | undefined): void {
    const before = this.scene;
    if (before && scene && moves(before.layout, scene.layout) && !this.calm()) {
      const now = performance.now();
      this.glide = { from: this.stand(before, now), began: now };
    }
    this.scene = scene;
    if (scene) this.gestures.nearest(nearestZoom(scene.layout.pitch, this.size));
    this.frames.ask();
  }

  choose(host: string | null): void {
    this.chosen = host ?? undefined;
    const place = host === null ? undefined : this.scene?.layout.places.get(host);
    if (place && !isWithin(this.size, toScreen(this.view, place), 24)) this.flyTo(place, this.zoomed.k);
    this.frames.ask();
  }

  /** News about a host: it sends one ring. */
  ring(host: string): void {
    if (this.calm() || document.hidden) return;
    this.pulses.begin(host, performance.now());
    this.frames.ask();
  }

  zoomBy(factor: number): void {
    const to = this.flight?.to ?? this.gestures.look(this.size);
    const most = this.scene ? nearestZoom(this.scene.layout.pitch, this.size) : 1;
    this.fly({ ...to, k: Math.min(Math.max(to.k * factor, 1), most) });
  }

  showAll(): void {
    this.fly({ k: 1, x: this.size.width / 2, y: this.size.height / 2 });
  }

  /** What is at a point of the canvas: a crowd before the hosts in it. */
  at(point: Point): SceneHost | Crowd | undefined {
    const { scene, view } = this;
    if (!scene) return undefined;
    const crowd = this.crowds(scene, standIn(scene.layout)).find((one) => {
      const { x, y } = toScreen(view, one);
      return Math.hypot(x - point.x, y - point.y) < CROWD_RADIUS;
    });
    if (crowd) return crowd;
    const { x, y } = toUnit(view, point);
    return scene.hit(x, y, hitRadius(view.scale, scene.layout.pitch));
  }

  zoomInto(place: Point): void {
    this.flyTo(place, this.zoomed.k * INTO_CROWD);
  }

  point(point: Point | undefined): void {
    const found = point && this.at(point);
    const hovered = found && 'id' in found ? found.id : undefined;
    this.canvas.toggleAttribute('data-hit', found !== undefined);
    if (hovered === this.hovered) return;
    this.hovered = hovered;
    this.frames.ask();
  }

  retheme(): void {
    this.theme = readTheme(getComputedStyle(this.canvas));
    this.frames.ask();
  }

  resize(): void {
    const before = this.size.width > 0 ? this.size : undefined;
    this.size = { width: this.canvas.clientWidth, height: this.canvas.clientHeight };
    if (this.size.width === 0 || this.size.height === 0) return;
    const dense = this.density;
    this.canvas.width = Math.round(this.size.width * dense);
    this.canvas.height = Math.round(this.size.height * dense);
    this.gestures.resize(before, this.size, nearestZoom(this.scene?.layout.pitch ?? 1, this.size));
    // At once: a canvas that got another size is empty until it is drawn.
    this.draw(performance.now());
    this.frames.ask();
  }

  stop(): void {
    this.frames.stop();
    this.gestures.stop();
    this.pulses.clear();
  }

  private get view(): View {
    return viewOf(this.size, this.zoomed);
  }

  private get density(): number {
    return Math.min(devicePixelRatio || 1, MOST_DENSE);
  }

  private onZoom(zoomed: Zoomed): void {
    this.zoomed = zoomed;
    this.canvas.toggleAttribute('data-zoomed', zoomed.k > 1);
    this.frames.ask();
  }

  private flyTo(place: Point, k: number): void {
    const { x, y } = toScreen(viewOf(this.size, { x: 0, y: 0, k: 1 }), place);
    this.fly({ k, x, y });
  }

  private fly(to: Look): void {
    if (this.calm()) this.gestures.go(to);
    else this.flight = { from: this.gestures.look(this.size), to, began: performance.now() };
    this.frames.ask();
  }

  private stand(scene: Scene, now: number): Stand {
    if (!this.glide) return standIn(scene.layout);
    const part = Math.max(0, (now - this.glide.began) / GLIDE_MS);
    if (part < 1) return standBetween(this.glide.from, scene.layout, part);
    this.glide = undefined;
    return standIn(scene.layout);
  }

  private move(now: number): void {
    if (!this.flight) return;
    const { from, to, began } = this.flight;
    const part = Math.min(Math.max(0, (now - began) / FLIGHT_MS), 1);
    this.gestures.go(lookBetween(from, to, part));
    if (part === 1) this.flight = undefined;
  }

  private crowds(scene: Scene, stand: Stand): Crowd[] {
    return crowdsIn(scene, stand, scene.layout.pitch * this.view.scale);
  }

  /** Answers whether something still moves. */
  private draw(now: number): boolean {
    if (this.size.width === 0) return false;
    this.move(now);
    const { c, size, view, theme, widthOf } = this;
    const dense = this.density;
    c.setTransform(dense, 0, 0, dense, 0, 0);
    const shown = this.scene && this.shown(this.scene, now);
    paint({ c, theme, size, view, widthOf, small: isSmall(size) }, shown);
    return this.glide !== undefined || this.flight !== undefined || (shown?.pulses.size ?? 0) > 0;
  }

  private shown(scene: Scene, now: number): Shown {
    const stand = this.stand(scene, now);
    const chosen = this.chosen === undefined ? undefined : scene.byId.get(this.chosen);
    const pitch = scene.layout.pitch * this.view.scale;
    return {
      ...{ scene, stand, chosen },
      detail: detailAt(pitch, scene.hosts.length, isSmall(this.size), scene.topology.nodes.length),
      crowds: this.crowds(scene, stand),
      hovered: this.hovered === undefined ? undefined : scene.byId.get(this.hovered),
      edges: chosen ? scene.edgesOf(chosen.id) : [],
      pulses: this.pulses.at(now),
    };
  }
}
