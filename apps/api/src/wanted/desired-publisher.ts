import { Inject, Injectable } from '@nestjs/common';
import { BusError, type Bus } from '@orrery/shared/bus';
import { DesiredReply, type HostId } from '@orrery/shared/contracts';
import { crashPoint, describeError, pause, WakeablePause, type Logger } from '@orrery/shared/runtime';
import { COMMAND_BUS } from '../bus/buses.js';
import { CHANNELS } from '../database/channels.js';
import { Notifications } from '../database/notifications.js';
import { runIn } from '../database/statements.js';
import { Store } from '../database/store.js';
import { LOGGER } from '../logger.js';
import { Deliveries } from './deliveries.js';
import { DesiredStates, type CurrentState } from './desired-states.js';
import { lockHosts, readRevisionNotice } from './revisions.js';

/** The interval while a host does not hold its newest state. */
const SWEEP_MS = 1000;
const SWEEP_HOSTS = 200;
const AT_ONCE = 32;

const REPLY_MS = 2000;
/** How long other replicas leave a host to the one that publishes to it: longer than a request can take. */
const LEASE_MS = REPLY_MS + 3000;
/**
 * The pause before the next try: host unreachable; no answer; host has a newer state; refused, which repeating hardly
 * fixes.
 */
const PAUSE_MS = { away: 1000, silent: 2000, ahead: 2000, refused: 60_000 };

/** Work to settle before a host gets its new state, which is prepared meanwhile. Bounded in time. */
export interface BeforePublishing {
  settle(host: HostId, prepared: Promise<unknown>): Promise<void>;
}

/** Sends one host its desired state, once. */
@Injectable()
export class Publication {
  constructor(
    private readonly store: Store,
    @Inject(COMMAND_BUS) private readonly bus: Bus,
    private readonly states: DesiredStates,
    private readonly deliveries: Deliveries,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /**
   * Does nothing if the host already holds the newest state, or another replica is publishing to it. `before`: work that
   * must finish before the host gets the state. Returns the revision that was sent,
   * whatever the result. Throws when the database is unreachable.
   */
  async publish(host: HostId, before?: BeforePublishing): Promise<number | undefined> {
    const claiming = this.#claim(host);
    const [claim] = await Promise.all([claiming, before?.settle(host, claiming)]);
    if (!claim) return undefined;
    crashPoint('publish.before');
    const pauseMs = await this.#send(host, claim.state);
    await this.#release(host, claim.lease, pauseMs);
    return claim.state.revision;
  }

  async #claim(host: HostId): Promise<{ state: CurrentState; lease: string } | undefined> {
    return this.store.transaction(async (manager) => {
      await lockHosts(manager, [host]);
      // A host whose newest epoch is closed is two hosts (cloned), so neither gets anything.
      const [claimed] = await runIn(manager)<{ lease: string }>(
        `UPDATE host_status s SET publish_at = clock_timestamp() + $2 * interval '1 ms' FROM hosts h
         WHERE s.host_id = $1 AND h.id = $1 AND h.removed_at IS NULL AND h.revision > s.held_revision
           AND s.publish_at <= clock_timestamp()
           AND NOT EXISTS (SELECT FROM epochs e WHERE e.host_id = $1 AND e.epoch = s.epoch AND e.closed)
         RETURNING s.publish_at::text AS lease`,
        [host, LEASE_MS],
      );
      const state = claimed && (await this.states.current(manager, host));
      return state && { state, lease: claimed.lease };
    });
  }

  /** Returns the pause before the next try; 0 if the host has the state. */
  async #send(host: HostId, { message, revision, digest }: CurrentState): Promise<number> {
    try {
      const reply = await this.bus.requestSigned(message, DesiredReply, REPLY_MS);
      crashPoint('publish.after-send');
      if (reply.result === 'accepted') {
        await this.deliveries.seen({ hostId: host, revision: reply.revision, digest });
        return 0;
      }
      // It has a newer state, from another replica or another history; its next hello will show which.
      if (reply.result === 'stale' && reply.revision > revision) return PAUSE_MS.ahead;
      this.logger.error({ event: 'desired.refused', host, revision, reply }, 'a host rejected its desired state');
      return PAUSE_MS.refused;
    } catch (error) {
      if (!(error instanceof BusError)) throw error;
      this.logger.debug({ event: 'desired.undelivered', host, revision, code: error.code }, 'cannot reach a host');
      return error.code === 'no-responder' ? PAUSE_MS.away : PAUSE_MS.silent;
    }
  }

  /**
   * Only if the lease is still ours: a newer revision ends the lease, and another replica may already be publishing.
   */
  async #release(host: HostId, lease: string, pauseMs: number): Promise<void> {
    await this.store.query(
      `UPDATE host_status SET publish_at = clock_timestamp() + $3::float8 * interval '1 ms'
       WHERE host_id = $1 AND publish_at = $2::timestamptz`,
      [host, lease, pauseMs],
    );
  }
}

/**
 * Ensures that every host gets its newest desired state: at once when woken, and by sweeps in case something goes wrong
 * in between. Sweeps run every second while a host lacks its newest state, and rarely otherwise. One publication per
 * host at a time; changes made meanwhile are published right after it.
 */
@Injectable()
export class DesiredPublisher {
  /** The newest known revision of each host. */
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

  /** Registers work that must be settled before publishing. Call it at the start. */
  settleFirst(before: BeforePublishing): void {
    this.#before = before;
  }

  /**
   * A host's desired state was changed and committed. The revision avoids preparing a state twice that is already being
   * sent.
   */
  wake(host: HostId, revision = Number.POSITIVE_INFINITY): void {
    if (this.#stopped) return;
    this.#waiting.set(host, Math.max(revision, this.#waiting.get(host) ?? 0));
    this.#rest.wake();
    this.#next();
  }

  /** The one owner loop: sweeps until the signal is aborted, then finishes the work under way. */
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
        this.logger.debug(
          { event: 'desired.sweep-failed', cause: describeError(error) },
          'cannot look for hosts to publish to; retrying',
        );
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
   * Wakes connected hosts that lack their newest state, except those that another replica is publishing to. Returns
   * false if every host holds its newest state, including unreachable hosts.
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
      return await this.publication.publish(host, this.#before);
    } catch (error) {
      // The lease expires, and a sweep tries again.
      this.logger.warn(
        { event: 'desired.failed', host, cause: describeError(error) },
        'publishing a desired state failed; retrying',
      );
      return undefined;
    }
  }
}
