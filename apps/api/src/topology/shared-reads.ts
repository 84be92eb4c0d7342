/**
 * At most one read runs for a key, and one waits for its end. A request shares the one that waits, never the one that
 * runs, because that may have seen the database before the request came: nobody gets an answer older than the request.
 */
export class SharedReads<Read> {
  readonly #running = new Map<string, Promise<Read>>();
  readonly #waiting = new Map<string, Promise<Read>>();

  /** `work` must be the same for everybody with this key. */
  read(key: string, work: () => Promise<Read>): Promise<Read> {
    const waiting = this.#waiting.get(key);
    if (waiting) return waiting;
    const running = this.#running.get(key);
    if (!running) return this.#start(key, work);
    const next = running.then(ended, ended).then(() => {
      this.#waiting.delete(key);
      return this.#start(key, work);
    });
    this.#waiting.set(key, next);
    return next;
  }

  #start(key: string, work: () => Promise<Read>): Promise<Read> {
    const running = work().finally(() => this.#running.delete(key));
    this.#running.set(key, running);
    return running;
  }
}

/** A read that failed says nothing about the next. */
const ended = () => undefined;
