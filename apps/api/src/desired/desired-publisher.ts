import { Inject, Injectable } from '@nestjs/common';
import type { HostId } from '@orrery/shared/contracts';
import { describeError, pause, WakeablePause, type Logger } from '@orrery/shared/runtime';
import { Store } from '../database/store.js';
import { CHANNELS } from '../database/channels.js';
import { Notifications } from '../database/notifications.js';
import { LOGGER } from '../logger.js';
import { Publication } from './publication.js';
import { readRevisionNotice } from './revision-notice.js';

/** While a host does not hold its newest state. */
const SWEEP_MS = 1000;
const SWEEP_HOSTS = 200;
const AT_ONCE = 32;

/** What is settled elsewhere before a host hears of it. Bounded in time. */
export interface BeforePublishing {
  settle(host: HostId): Promise<void>;
}

/**
 * Sees that every host gets its newest desired state: at once when it is woken, and by sweeps for whatever went wrong in between. A sweep
 * comes every second while a host lacks its newest state, and rarely when none does. One publication per host at a time; what changes meanwhile goes out right after it.
 */
@Injectable()
export class DesiredPublisher {
  /** With the revision that each is at, as far as somebody said it. */
  readonly #waiting = new Map<HostId, number>();
  readonly #running = new Map<HostId, Promise<void>>();
  readonly #rest = new WakeablePause();
  #before: BeforePublishing | undefined;
  #stopped = true;

  constructor(
    private readonly store: Store,
    private readonly publication: Publication,
    private readonly notifications: Notifications,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Whoever knows of something that goes first says so at the start. */
  settleFirst(before: BeforePublishing): void {
    this.#before = before;
  }

  /** A host's desired state was changed and committed. With its revision, so that what is on its way already is not made ready twice. */
  wake(host: HostId, revision = Number.POSITIVE_INFINITY): void {
    if (this.#stopped) return;
    this.#waiting.set(host, Math.max(revision, this.#waiting.get(host) ?? 0));
    this.#rest.wake();
    this.#next();
  }

  /** The one owner loop: sweeps until the signal is aborted, then finishes what is under way. */
  async run(signal: AbortSignal): Promise<void> {
    this.#stopped = false;
    const deafen = this.notifications.on(CHANNELS.desired, {
      heard: (notice) => {
        const { host, revision } = readRevisionNotice(notice);
        this.wake(host, revision);
      },
    });
    while (!signal.aborted) {
      const lacks = await this.#sweep().catch((error: unknown) => {
        this.logger.debug({ event: 'desired.sweep-failed', cause: describeError(error) }, 'the sweep failed');
        return true;
      });
      if (!lacks) await this.#rest.wait(this.notifications.lookAfterMs, signal);
      await pause(SWEEP_MS, signal);
    }
    deafen();
    this.#stopped = true;
    this.#waiting.clear();
    await Promise.all(this.#running.values());
  }

  /**
   * Hosts that are there and do not hold their newest state. What another replica has its hands on is skipped. False: every host holds its
   * newest state, also those that are away.
   */
  async #sweep(): Promise<boolean> {
    const rows = await this.store.query<{ host_id: HostId }[]>(
      `SELECT s.host_id FROM host_status s JOIN hosts h ON h.id = s.host_id
       WHERE h.revision > s.held_revision AND s.publish_at <= now() AND s.presence IN ('online', 'unknown') AND h.removed_at IS NULL
       ORDER BY s.publish_at LIMIT ${SWEEP_HOSTS} FOR UPDATE OF s SKIP LOCKED`,
    );
    for (const { host_id } of rows) this.wake(host_id);
    if (rows.length > 0) return true;
    const [row] = await this.store.query<{ lacks: boolean }[]>(
      `SELECT EXISTS (SELECT FROM host_status s JOIN hosts h ON h.id = s.host_id
         WHERE h.revision > s.held_revision AND h.removed_at IS NULL) AS lacks`,
    );
    return row?.lacks !== false;
  }

  #next(): void {
    for (const host of this.#waiting.keys()) {
      if (this.#running.size >= AT_ONCE) return;
      if (this.#running.has(host)) continue;
      this.#waiting.delete(host);
      const work = this.#publish(host).then((sent) => {
        this.#running.delete(host);
        if (sent !== undefined && (this.#waiting.get(host) ?? 0) <= sent) this.#waiting.delete(host);
        this.#next();
      });
      this.#running.set(host, work);
    }
  }

  async #publish(host: HostId): Promise<number | undefined> {
    try {
      return await this.publication.publish(host, this.#before?.settle(host));
    } catch (error) {
      // The lease runs out and a sweep takes it up again.
      this.logger.warn(
        { event: 'desired.failed', host, cause: describeError(error) },
        'a publication failed; it is tried again',
      );
      return undefined;
    }
  }
}
