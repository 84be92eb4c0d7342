/** Injection token of everything that runs as long as the process does. */
export const LOOPS = Symbol('LOOPS');

/** Runs until the signal is aborted, then finishes what is under way. Never throws. */
export interface Loop {
  run(signal: AbortSignal): Promise<void>;
}
