import { Inject, Injectable } from '@nestjs/common';
import { HostId } from '@orrery/shared/contracts';
import { describeError, pause, WakeablePause, type Logger } from '@orrery/shared/runtime';
import { HostRate } from '../bus/host-rate.js';
import { CHANNELS } from '../database/channels.js';
import { Notifications } from '../database/notifications.js';
import { LOGGER } from '../logger.js';
import type { Loop } from '../loops/loop.js';
import { LabelsService } from './labels.service.js';

/** The least time between two looks, so that a host that reports without end costs no more than this. */
const CROWD_MS = 250;
/** How often a host is looked at on its own hint: a project that comes up causes a few at once. */
const HINTS = { perSecond: 0.2, burst: 30 };

/**
 * The one owner of the loop that follows labels: it looks at a host as soon as one of its workloads changed, at all hosts when a
 * network did, and at all hosts now and then, because hints can get lost and graces end without one.
 */
@Injectable()
export class LabelWorker implements Loop {
  readonly #pause = new WakeablePause();
  readonly #rate = new HostRate(HINTS);
  #hinted = new Set<HostId>();
  /** When to look at all hosts again, by this process's clock: when the next grace ends, or now and then. */
  #dueAt = -Infinity;
  #wholeAt = -Infinity;

  constructor(
    private readonly labels: LabelsService,
    private readonly notifications: Notifications,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async run(signal: AbortSignal): Promise<void> {
    const deafen = this.notifications.on(CHANNELS.labels, {
      heard: (payload) => this.#hint(payload),
      listening: () => this.#hint(''),
    });
    while (!signal.aborted) {
      const isHinted = await this.#look();
      if (isHinted) await pause(CROWD_MS, signal);
      else await this.#wait(signal);
    }
    deafen();
  }

  async #wait(signal: AbortSignal): Promise<void> {
    await this.#pause.wait(Math.max(0, this.#nextWholeAt - performance.now()), signal);
  }

  get #nextWholeAt(): number {
    return Math.min(this.#dueAt, this.#wholeAt + this.notifications.lookAfterMs);
  }

  #hint(payload: string): void {
    const host = HostId.safeParse(payload);
    if (!host.success) this.#dueAt = -Infinity;
    // One that reports without end is looked at with all others.
    else if (this.#rate.admits(host.data)) this.#hinted.add(host.data);
    else return;
    this.#pause.wake();
  }

  /** Returns whether it looked at something. What failed is looked at again with the next whole look. */
  async #look(): Promise<boolean> {
    const now = performance.now();
    const hosts = now >= this.#nextWholeAt ? null : [...this.#hinted];
    if (hosts?.length === 0) return false;
    this.#hinted = new Set();
    if (hosts === null) {
      this.#wholeAt = now;
      this.#dueAt = Infinity;
    }
    try {
      const dueIn = await this.labels.settle(hosts);
      this.#dueAt = Math.min(this.#dueAt, performance.now() + dueIn);
    } catch (error) {
      this.logger.debug({ event: 'labels.not-settled', cause: describeError(error) }, 'cannot follow labels; retrying');
    }
    return true;
  }
}
