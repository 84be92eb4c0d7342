import { steadyNow } from '@orrery/shared/runtime';

/** How fast it runs, against the steady clock, while the API's clock is behind it. */
const WAITING_RATE = 0.9;
/** The API's clock was set back by at least so much: more than a steady clock drifts between two hellos. */
const SET_BACK_MS = 1_000;

interface Anchor {
  /** The API's time, in milliseconds. */
  server: number;
  /** The steady clock at that moment. */
  steady: number;
}

/**
 * The API's time as signed answers to hello tell it, carried on by the steady clock: expiries are judged by it, and neither a clock of
 * this host nor anybody on the bus can move it.
 *
 * It never goes back while this process lives. When the API tells an earlier time than the one known here (its clock was set right, or
 * this host's steady clock is fast), it runs a tenth slower until the API has caught up. It does not stand still: a call would not
 * expire in the meantime.
 */
export class ServerClock {
  /** What the API's clock shows at least, by the last answer that told anything new. */
  #api: Anchor | undefined;
  /** What was known when an answer told less. */
  #ahead: Anchor | undefined;
  /** How far the API was behind what is known here, at the last answer. */
  #behindMs = 0;
  #skewMs: number | undefined;

  constructor(
    private readonly steady: () => number = steadyNow,
    private readonly wall: () => number = Date.now,
  ) {}

  /**
   * The API read `serverTime` between `sentAt`, by the steady clock, and now. So its clock shows `serverTime` now, or more by as much
   * as the answer took. Gives by how many milliseconds its clock was set back, if it was.
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
    // What is known is something that the API's clock may show: a slow answer tells nothing new.
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
