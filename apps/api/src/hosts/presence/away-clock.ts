/**
 * How much time went by in which this process could tell who is away. Time in which it could not hear, did not lead or did not
 * run counts for nothing: a host may have been there all the while. Steady clock, milliseconds.
 */
export class AwayClock {
  #from: number | undefined;

  /** Less than `stepMs` is kept for the next time. */
  constructor(private readonly stepMs: number) {}

  /** What went by since the last time that it gave something. `ableSince`: see `ableSince` of the judge. */
  take(now: number, ableSince: number | null): number {
    if (ableSince === null || now < ableSince) {
      this.#from = undefined;
      return 0;
    }
    this.#from = Math.max(this.#from ?? now, ableSince);
    const taken = now - this.#from;
    if (taken < this.stepMs) return 0;
    this.#from = now;
    return taken;
  }

  /** Somebody else counts now. */
  stop(): void {
    this.#from = undefined;
  }
}
