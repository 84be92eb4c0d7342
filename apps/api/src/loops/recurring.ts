import { describeError, WakeablePause } from '@orrery/shared/runtime';
import type { Loop } from './loop.js';

export interface Recurrence {
  /** Between the end of one time and the start of the next, so no two are ever under way. */
  everyMs: number;
  /** When the first time is: at once, or after one interval. */
  first: 'now' | 'later';
  /** Resolves with `over` when it need not be done again. */
  work: () => Promise<void | 'over'>;
  /** It failed. It is done again after the interval. */
  failed: (cause: string) => void;
}

/** Work that is done again and again. Its owner either gives it a signal with `run`, or calls `start` and `stop`. */
export class Recurring implements Loop {
  readonly #pause = new WakeablePause();
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;

  constructor(private readonly recurrence: Recurrence) {}

  start(): void {
    this.#running ??= this.run(this.#stop.signal);
  }

  /** Resolves when what is under way has ended. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  /** The next time is now, or as soon as the one under way has ended. */
  wake(): void {
    this.#pause.wake();
  }

  async run(signal: AbortSignal): Promise<void> {
    const { everyMs, first } = this.recurrence;
    if (first === 'later') await this.#pause.wait(everyMs, signal);
    while (!signal.aborted && !(await this.#isOver())) await this.#pause.wait(everyMs, signal);
  }

  async #isOver(): Promise<boolean> {
    try {
      return (await this.recurrence.work()) === 'over';
    } catch (error) {
      this.recurrence.failed(describeError(error));
      return false;
    }
  }
}
