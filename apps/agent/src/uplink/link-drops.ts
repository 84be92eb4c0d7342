import type { Bus } from '@orrery/shared/bus';
import { steadyNow } from '@orrery/shared/runtime';
import { MANY_DROPS } from '../doctor/checks/uplink-flapping.js';

const WITHIN_MS = 10 * 60_000;
/** More than anybody asks for. */
const MOST = 100;

/** Counts how often the connection to NATS was lost lately. */
export class LinkDrops {
  #times: number[] = [];

  constructor(
    bus: Pick<Bus, 'onStatus'>,
    private readonly now: () => number = steadyNow,
  ) {
    bus.onStatus((connected) => {
      if (!connected) this.#times = [...this.#times, this.now()].slice(-MOST);
    });
  }

  /** More than a restart of NATS or a change of the network explains. */
  get areMany(): boolean {
    return this.lately >= MANY_DROPS;
  }

  /** Within the last ten minutes. */
  get lately(): number {
    return this.#times.filter((at) => this.now() - at < WITHIN_MS).length;
  }
}
