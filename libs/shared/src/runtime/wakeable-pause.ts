/** A pause that can be cut short: a hint that comes while nobody pauses cuts the next one. */
export class WakeablePause {
  #hinted = false;
  #wake: (() => void) | undefined;

  wake(): void {
    if (this.#wake) this.#wake();
    else this.#hinted = true;
  }

  /** Resolves with true when it was cut short. */
  async wait(ms: number, signal: AbortSignal): Promise<boolean> {
    if (this.#hinted || signal.aborted) {
      this.#hinted = false;
      return true;
    }
    return new Promise<boolean>((resolve) => {
      const end = (isCut: boolean) => {
        clearTimeout(timer);
        signal.removeEventListener('abort', cut);
        this.#wake = undefined;
        resolve(isCut);
      };
      const cut = () => end(true);
      const timer = setTimeout(() => end(false), ms);
      signal.addEventListener('abort', cut, { once: true });
      this.#wake = cut;
    });
  }
}

/** Milliseconds, as `Date.now()` gives them, of a clock that never jumps: pauses and holds must not wait for a clock to come back. */
export const steadyNow = (): number => performance.timeOrigin + performance.now();
