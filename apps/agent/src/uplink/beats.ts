import type { Bus } from '@orrery/shared/bus';
import { subjects, type Beat, type HostId } from '@orrery/shared/contracts';

/** Says now and then that the agent lives, as often as the API asked for. Lost ones do not matter. */
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

  /** One right now, because something that it tells has changed. */
  now(): void {
    const beat = this.beat();
    if (beat) this.bus.publish(subjects.beat(this.host), beat);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#everyMs = 0;
  }
}
