/** The pause of one loop, which can be cut short. A hint that comes while nobody pauses skips the next pause; many hints count as one. */
export class WakeablePause {
  #hinted = false;
  #wake: (() => void) | undefined;

  wake(): void {
    if (this.#wake) this.#wake();
    else this.#hinted = true;
  }

  /** Resolves with true when it was cut short, by a hint or by the signal. */
  async wait(ms: number, signal: AbortSignal): Promise<boolean> {
    const isCut = this.#hinted || signal.aborted || (await this.#pause(ms, signal));
    // The loop only looks now, so it will see whatever caused the hints.
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

/** Milliseconds since 1970, like `Date.now()`, by a clock that never jumps: pauses and holds must not depend on corrections of the clock. */
export const steadyNow = (): number => performance.timeOrigin + performance.now();
