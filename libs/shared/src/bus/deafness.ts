const LONGEST_FACTOR = 10;

/**
 * Notices a connection that is up and brings no answer to anything: a subscription that the broker lost, a link that is open on one side.
 * For who has one partner only; who asks many learns nothing from one that is silent.
 */
export class Deafness {
  #silentSince: number | undefined;
  #factor = 1;

  /** Milliseconds without any answer after which another connection is worth a try; each time in vain twice as long, up to ten times. */
  constructor(private readonly patienceMs: number) {}

  /** An answer, or the broker's word that nobody is there to give one. */
  heard(): void {
    this.#silentSince = undefined;
    this.#factor = 1;
  }

  /** The connection is another one; what was silent before says nothing of it. */
  renewed(): void {
    this.#silentSince = undefined;
  }

  /** A request that was sent at `askedAt` was not answered in time: whether to make another connection now. */
  timedOut(askedAt: number, now: number): boolean {
    this.#silentSince ??= askedAt;
    if (now - this.#silentSince < this.patienceMs * this.#factor) return false;
    this.#silentSince = undefined;
    this.#factor = Math.min(this.#factor * 2, LONGEST_FACTOR);
    return true;
  }
}
