/** Wakes one waiting loop. A ring while nobody waits is kept for the next. */
export class Bell {
  #rang = false;
  #wake: (() => void) | undefined;

  ring(): void {
    this.#rang = true;
    this.#wake?.();
  }

  /** Resolves at the next ring, after `ms`, or when the signal is aborted. */
  async heard(ms: number, signal: AbortSignal): Promise<void> {
    if (!this.#rang && !signal.aborted)
      await new Promise<void>((resolve) => {
        const done = () => {
          clearTimeout(timer);
          signal.removeEventListener('abort', done);
          this.#wake = undefined;
          resolve();
        };
        const timer = setTimeout(done, ms);
        signal.addEventListener('abort', done, { once: true });
        this.#wake = done;
      });
    this.#rang = false;
  }
}
