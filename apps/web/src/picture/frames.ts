/** `requestAnimationFrame` and its opposite. */
export interface Screen {
  readonly request: (draw: (now: number) => void) => number;
  readonly cancel: (id: number) => void;
}

/** Draws on demand: once a frame for however many asked, and again only while something moves. */
export class Frames {
  private pending: number | undefined;

  /** @param draw answers whether something still moves */
  constructor(
    private readonly screen: Screen,
    private readonly draw: (now: number) => boolean,
  ) {}

  readonly ask = (): void => {
    this.pending ??= this.screen.request((now) => {
      this.pending = undefined;
      if (this.draw(now)) this.ask();
    });
  };

  /** Nothing is drawn, and nothing runs. */
  get rests(): boolean {
    return this.pending === undefined;
  }

  stop(): void {
    if (this.pending !== undefined) this.screen.cancel(this.pending);
    this.pending = undefined;
  }
}
