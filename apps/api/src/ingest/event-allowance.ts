import { Inject, Injectable } from '@nestjs/common';
import type { HostId } from '@orrery/shared/contracts';
import { describeError, type Logger } from '@orrery/shared/runtime';
import { HostRate } from '../bus/host-rate.js';
import { API_CONFIG, type ApiConfig } from '../config.js';
import { runIn } from '../database/statements.js';
import { Store } from '../database/store.js';
import { LOGGER } from '../logger.js';
import { noteQuotas } from '../quotas/note-quotas.js';

/** The cost of a row besides its data: its other columns and its index entries. */
const ROW_BYTES = 512;
/**
 * How long a host is told to wait: twice as long each time. The maximum is short, so that an agent still shows that it
 * is alive.
 */
const FIRST_MS = 1000;
const LONGEST_MS = 30_000;
const NOTED_EVERY_MS = 30_000;

interface Refused {
  times: number;
  notedAt: number;
}

/**
 * Limits the bytes of events that each host can have stored: so many at once, and so many a day after that. Beyond that
 * it waits and loses nothing; a finding names it. Each replica counts on its own, from its start on.
 */
@Injectable()
export class EventAllowance {
  readonly #rate: HostRate;
  /** Hosts that wait now. */
  readonly #refused = new Map<HostId, Refused>();

  constructor(
    private readonly store: Store,
    @Inject(API_CONFIG) { hostEvents }: ApiConfig,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.#rate = new HostRate(hostEvents);
  }

  /** Milliseconds after which the host can try again; undefined: it has some allowance left. */
  waitOf(host: HostId): number | undefined {
    if (this.#rate.left(host) > 0) {
      this.#refused.delete(host);
      return undefined;
    }
    const { times, notedAt } = this.#refused.get(host) ?? { times: 0, notedAt: -Infinity };
    const now = performance.now();
    const isDue = now - notedAt >= NOTED_EVERY_MS;
    this.#refused.set(host, { times: times + 1, notedAt: isDue ? now : notedAt });
    if (isDue) void this.#note(host);
    return Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(times, 10));
  }

  /** Charges stored bytes to the host's allowance. It can end below zero, and then the host waits longer. */
  spend(host: HostId, events: number, bytes: number): void {
    this.#rate.spend(host, bytes + events * ROW_BYTES);
  }

  async #note(host: HostId): Promise<void> {
    const note = this.store.transaction((manager) => noteQuotas(runIn(manager), [{ host, quota: 'events' }]));
    await note.catch((error: unknown) => {
      this.logger.warn(
        { event: 'quotas.not-noted', host, cause: describeError(error) },
        'cannot record a reached quota',
      );
    });
  }
}
