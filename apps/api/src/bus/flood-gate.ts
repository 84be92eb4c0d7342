import type { HostId } from '@orrery/shared/contracts';
import { HostRate } from './host-rate.js';

/**
 * Several times the maximum that an agent sends, which has one batch and one hello under way at a time. NATS slows down
 * no sender: messages that come faster than they are read pile up there, and at `max_pending` NATS closes the
 * connection of the API, within 100 ms of a flood.
 */
const MESSAGES = { perSecond: 8000, burst: 12_000 };
const KIB = { perSecond: 32 * 1024, burst: 32 * 1024 };

/** Every message of a host passes here before anything else is done with it. */
export class FloodGate {
  readonly #messages: HostRate;
  readonly #kib: HostRate;
  readonly #flooded: HostRate;
  #listener: ((host: HostId) => void) | undefined;

  /** Milliseconds of a steady clock. */
  constructor(now: () => number = () => performance.now()) {
    this.#messages = new HostRate(MESSAGES, now);
    this.#kib = new HostRate(KIB, now);
    this.#flooded = new HostRate({ perSecond: 1, burst: 1 }, now);
  }

  /** Calls back, once a second at most, while a host sends too much. */
  onFlood(listener: (host: HostId) => void): void {
    this.#listener = listener;
  }

  takes(host: HostId, bytes: number): boolean {
    if (this.#messages.admits(host) && this.#kib.admits(host, bytes / 1024)) return true;
    if (this.#flooded.admits(host)) this.#listener?.(host);
    return false;
  }
}
