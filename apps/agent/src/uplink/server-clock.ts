/** The API's clock, as far as the last hello told it: what expiries are judged by. */
export class ServerClock {
  #skewMs: number | undefined;

  constructor(private readonly local: () => number = Date.now) {}

  /** `serverTime` was read somewhere between `sentAt` and now; the middle is the best guess. */
  learn(serverTime: string, sentAt: number): void {
    const now = this.local();
    this.#skewMs = (sentAt + now) / 2 - Date.parse(serverTime);
  }

  /** Local clock minus the API's, in milliseconds; undefined before the first hello. */
  get skewMs(): number | undefined {
    return this.#skewMs;
  }

  now(): number {
    return this.local() - (this.#skewMs ?? 0);
  }
}
