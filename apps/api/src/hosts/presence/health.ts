/** Since when this process could hear: its link to the broker stands and its event loop runs. Steady clock, milliseconds. */
export class HearingHealth {
  #since: number | null;
  #lastTick: number;

  constructor(
    private readonly tickMs: number,
    private readonly toleranceMs: number,
    connected: boolean,
    now: number,
  ) {
    this.#since = connected ? now : null;
    this.#lastTick = now;
  }

  get since(): number | null {
    return this.#since;
  }

  link(connected: boolean, now: number): void {
    this.#since = connected ? now : null;
  }

  /** Called every `tickMs`; late calls tell that nothing was heard in between (a stopped or overloaded process). */
  tick(now: number): void {
    if (now - this.#lastTick > this.tickMs + this.toleranceMs && this.#since !== null) this.#since = now;
    this.#lastTick = now;
  }
}
