import { explain } from '@orrery/shared/contracts';
import { AppError } from '@orrery/shared/runtime';

/** This many requests within this many milliseconds. */
export interface Pace {
  requests: number;
  windowMs: number;
}

/** Our clock and the server's may run at different speeds, and timers fire up to a millisecond early. */
const MARGIN = 1.05;
/** Longer than any wait behind callers that limit their own requests, so exceeding it means a jam, not a queue. */
const PATIENCE_MS = 60_000;

/**
 * Keeps the rate limit of one server for all callers, first come, first served. A place is taken before a request is
 * sent, and becomes free one window after its answer. The server counts a request somewhere between the two, so however
 * the network delays requests, it never counts more in a window than there are places.
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

  /** Grants no place for this many milliseconds, as the server requested. */
  hold(ms: number): void {
    this.#heldUntil = Math.max(this.#heldUntil, performance.now() + ms);
    this.#later(ms, () => undefined);
  }

  /** Refuses waiting and future requests. */
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
    timer.unref(); // waiting for a free place must not keep the process alive
  }
}

const noPlace = (why: string) => new AppError({ kind: 'operational', ...explain('controller-away/too-many', { why }) });
