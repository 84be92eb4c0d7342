import { explain } from '@orrery/shared/contracts';
import { AppError } from '@orrery/shared/runtime';

/** So many requests within so many milliseconds. */
export interface Pace {
  requests: number;
  windowMs: number;
}

/** Our clock and that of the server may go differently, and timers fire up to a millisecond early. */
const MARGIN = 1.05;
/** Longer than any wait behind others who keep to few requests at a time; it tells a jam from a queue. */
const PATIENCE_MS = 60_000;

/**
 * Keeps the limit of one server for everybody who asks it; who comes first is served first. A place is taken before a request is sent, and
 * is free again a window after its answer. The server counts a request somewhere between the two: however the network delays them, it
 * never counts more in a window than there are places.
 */
export class RequestPace {
  #free: number;
  #heldUntil = 0;
  #closed = false;
  readonly #windowMs: number;
  readonly #waiting: { go: () => void; refuse: (error: AppError) => void }[] = [];

  constructor(
    { requests, windowMs }: Pace,
    private readonly patienceMs = PATIENCE_MS,
  ) {
    this.#free = requests;
    this.#windowMs = windowMs * MARGIN;
  }

  /** Runs `request` when there is a place. Throws AppError `controller-away` when there was none for a minute. */
  async run<T>(request: () => Promise<T>): Promise<T> {
    await this.#place();
    try {
      return await request();
    } finally {
      this.#later(this.#windowMs, () => this.#free++);
    }
  }

  /** Nobody gets a place before so many milliseconds are over: the server asked for that. */
  hold(ms: number): void {
    this.#heldUntil = Math.max(this.#heldUntil, performance.now() + ms);
    this.#later(ms, () => undefined);
  }

  /** Who waits is refused, and who comes. */
  close(): void {
    this.#closed = true;
    for (const waiter of this.#waiting.splice(0)) waiter.refuse(noPlace('Orrery is being stopped'));
  }

  #place(): Promise<void> {
    if (this.#closed) return Promise.reject(noPlace('Orrery is being stopped'));
    return new Promise((resolve, reject) => {
      const ended = () => clearTimeout(patience);
      const waiter = {
        go: () => (ended(), resolve()),
        refuse: (error: AppError) => (ended(), reject(error)),
      };
      const patience = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
        reject(noPlace(`${this.#waiting.length} requests to it still wait after ${this.patienceMs} ms`));
      }, this.patienceMs);
      this.#waiting.push(waiter);
      this.#serve();
    });
  }

  #serve(): void {
    if (performance.now() < this.#heldUntil) return;
    while (this.#free > 0) {
      const next = this.#waiting.shift();
      if (!next) return;
      this.#free--;
      next.go();
    }
  }

  #later(ms: number, change: () => void): void {
    const timer = setTimeout(
      () => {
        change();
        this.#serve();
      },
      Math.ceil(ms) + 1,
    );
    timer.unref(); // nobody's process stays for a place to become free
  }
}

const noPlace = (why: string) => new AppError({ kind: 'operational', ...explain('controller-away/too-many', { why }) });
