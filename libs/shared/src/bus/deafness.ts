const LONGEST_FACTOR = 10;

/**
 * Notices a connection that is up but brings no answers: a subscription that the broker lost, or a link that is half open. Only for a
 * client with one partner; if there are many, one that is silent proves nothing.
 */
export class Deafness {
  #silentSince: number | undefined;
  #factor = 1;

  /** Milliseconds without any answer until a new connection is worth a try; doubled after each failure, up to ten times. */
  constructor(private readonly patienceMs: number) {}

  /** Called for an answer, or when the broker reports that nobody is there to give one. */
  heard(): void {
    this.#silentSince = undefined;
    this.#factor = 1;
  }

  /** Called for a new connection, about which the earlier silence says nothing. */
  renewed(): void {
    this.#silentSince = undefined;
  }

  /** Called when a request sent at `askedAt` was not answered in time. Returns whether to reconnect now. */
  timedOut(askedAt: number, now: number): boolean {
    this.#silentSince ??= askedAt;
    if (now - this.#silentSince < this.patienceMs * this.#factor) return false;
    this.#silentSince = undefined;
    this.#factor = Math.min(this.#factor * 2, LONGEST_FACTOR);
    return true;
  }
}
