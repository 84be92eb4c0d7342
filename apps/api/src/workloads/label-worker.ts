import { Inject, Injectable } from '@nestjs/common';
import { HostId } from '@orrery/shared/contracts';
import { describeError, pause, WakeablePause, type Logger } from '@orrery/shared/runtime';
import { CHANNELS } from '../database/channels.js';
import { Notifications } from '../database/notifications.js';
import { LOGGER } from '../logger.js';
import type { Loop } from '../loops/loop.js';
import { LabelsService } from './labels.service.js';

/** The least time between two looks, so that a host that reports without end costs no more than this. */
const CROWD_MS = 250;

/**
 * The one owner of the loop that follows labels: it looks at a host as soon as one of its workloads changed, at all hosts when a
 * network did, and at all hosts now and then, because hints can get lost and graces end without one.
 */
@Injectable()
export class LabelWorker implements Loop {
  readonly #pause = new WakeablePause();
  #hinted = new Set<HostId>();
  #isEverywhere = true;
  /** When the next grace ends, by this process's clock. */
  #dueAt = Infinity;

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

  /** Without a hint until then, everything is looked at. */
  async #wait(signal: AbortSignal): Promise<void> {
    if (this.#isEverywhere || this.#hinted.size > 0) return;
    const due = Math.max(0, this.#dueAt - performance.now());
    await this.#pause.wait(Math.min(this.notifications.lookAfterMs, due), signal);
    if (this.#hinted.size === 0 || performance.now() >= this.#dueAt) this.#isEverywhere = true;
  }

  #hint(payload: string): void {
    const host = HostId.safeParse(payload);
    if (host.success) this.#hinted.add(host.data);
    else this.#isEverywhere = true;
    this.#pause.wake();
  }

  /** Returns whether it looked at something. What failed is looked at again with the next whole look. */
  async #look(): Promise<boolean> {
    const hosts = this.#isEverywhere ? null : [...this.#hinted];
    if (hosts?.length === 0) return false;
    this.#hinted = new Set();
    this.#isEverywhere = false;
    try {
      const dueAt = performance.now() + (await this.labels.settle(hosts));
      this.#dueAt = hosts === null ? dueAt : Math.min(this.#dueAt, dueAt);
    } catch (error) {
      this.logger.debug({ event: 'labels.not-settled', cause: describeError(error) }, 'cannot follow labels; retrying');
    }
    return true;
  }
}
