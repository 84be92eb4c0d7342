import { steadyNow } from '@orrery/shared/runtime';

/** How fast this clock runs, relative to the steady clock, while the API's clock is behind it. */
const WAITING_RATE = 0.9;
/** A setback of the API's clock of at least this size is reported: more than a steady clock drifts between two hellos. */
const SET_BACK_MS = 1_000;

interface Anchor {
  /** The API's time, in milliseconds. */
  server: number;
  /** The steady clock at that moment. */
  steady: number;
}

/**
 * The API's time from its signed answers to hello, continued by the steady clock. Expiries are judged by it, so neither a clock of
 * this host nor anybody on the bus can influence them.
 *
 * It never goes back while this process lives. When the API reports an earlier time than the one known here (its clock was corrected,
 * or this host's steady clock is fast), this clock runs a tenth slower until the API has caught up. It does not stand still, because
 * then calls would not expire in the meantime.
 */
export class ServerClock {
  /** The least that the API's clock can show, from the last answer that improved this estimate. */
  #api: Anchor | undefined;
  /** The time known here when an answer reported an earlier one. */
  #ahead: Anchor | undefined;
  /** How far the API was behind the time known here, at the last answer. */
  #behindMs = 0;
  #skewMs: number | undefined;

  constructor(
    private readonly steady: () => number = steadyNow,
    private readonly wall: () => number = Date.now,
  ) {}

  /**
   * The API read `serverTime` at some moment between `sentAt` (by the steady clock) and now. So its clock shows at least `serverTime`,
   * and at most that plus the duration of the request. Returns by how many milliseconds the clock was set back, if it was.
   */
  learn(serverTime: string, sentAt: number): number | undefined {
    const steady = this.steady();
    const took = steady - sentAt;
    const least = Date.parse(serverTime);
    this.#skewMs = this.wall() - least - took / 2;
    const known = this.now();
    if (known === undefined || least > known) {
      this.#api = { server: least, steady };
      this.#ahead = undefined;
      this.#behindMs = 0;
      return undefined;
    }
    const back = known - (least + took);
    // The API's clock may show the known time, so this slow answer adds nothing.
    if (back <= 0) return undefined;
    this.#api = { server: least + took, steady };
    this.#ahead = { server: known, steady };
    const isNews = back > this.#behindMs + SET_BACK_MS;
    this.#behindMs = back;
    return isNews ? back : undefined;
  }

  /** This host's clock minus the API's, in milliseconds, at the last answer; undefined before the first. */
  get skewMs(): number | undefined {
    return this.#skewMs;
  }

  /** Undefined before the first answer: this host's own clock may show any year. */
  now(): number | undefined {
    if (!this.#api) return undefined;
    const steady = this.steady();
    const api = this.#api.server + steady - this.#api.steady;
    if (!this.#ahead) return api;
    return Math.max(api, this.#ahead.server + (steady - this.#ahead.steady) * WAITING_RATE);
  }
}
