import type { Bus } from '@orrery/shared/bus';
import { subjects, type Beat, type HostId } from '@orrery/shared/contracts';

/** Sends heartbeats at the interval that the API asked for. Lost ones do not matter. */
export class Beats {
  #timer: NodeJS.Timeout | undefined;
  #everyMs = 0;

  constructor(
    private readonly bus: Bus,
    private readonly host: HostId,
    private readonly beat: () => Beat | undefined,
  ) {}

  every(ms: number): void {
    if (ms === this.#everyMs) return;
    this.stop();
    this.#everyMs = ms;
    this.#timer = setInterval(() => this.now(), ms);
  }

  /** Sends one right now, because something that it reports has changed. */
  now(): void {
    const beat = this.beat();
    if (beat) this.bus.publish(subjects.beat(this.host), beat);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#everyMs = 0;
  }
}
