/** The pause of one loop, which can be cut short. A hint that comes while nobody pauses cuts the next one; many hints are one. */
export class WakeablePause {
  #hinted = false;
  #wake: (() => void) | undefined;

  wake(): void {
    if (this.#wake) this.#wake();
    else this.#hinted = true;
  }

  /** Resolves with true when it was cut short, also by the signal. */
  async wait(ms: number, signal: AbortSignal): Promise<boolean> {
    const isCut = this.#hinted || signal.aborted || (await this.#pause(ms, signal));
    // The loop looks only now, so it sees whatever was hinted at meanwhile.
    this.#hinted = false;
    return isCut;
  }

  #pause(ms: number, signal: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
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
