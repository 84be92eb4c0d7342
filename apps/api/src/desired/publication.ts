import { Inject, Injectable } from '@nestjs/common';
import { DesiredReply, type HostId } from '@orrery/shared/contracts';
import { BusError, type Bus } from '@orrery/shared/bus';
import { crashPoint, type Logger } from '@orrery/shared/runtime';
import { Store } from '../database/store.js';
import { COMMAND_BUS } from '../bus/buses.js';
import { runIn } from '../database/statements.js';
import { LOGGER } from '../logger.js';
import { Deliveries } from './deliveries.js';
import { DesiredStates, type CurrentState } from './desired-states.js';
import { lockHosts } from './host-lock.js';

const REPLY_MS = 2000;
/** How long other replicas leave a host to the one that publishes to it: longer than a request can take. */
const LEASE_MS = REPLY_MS + 3000;
/** Before the next try: nobody there; no answer; newer there; refused, which repetition hardly mends. */
const PAUSE_MS = { away: 1000, silent: 2000, ahead: 2000, refused: 60_000 };

/** Hands one host its desired state, once. */
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
   * Does nothing when the host holds the newest state already, or another replica is at it. `first`: what the host must not hear before;
   * it is made ready meanwhile. Gives the revision that was sent, whatever came of it. Throws when the database is away.
   */
  async publish(host: HostId, first: Promise<void> = Promise.resolve()): Promise<number | undefined> {
    const [claim] = await Promise.all([this.#claim(host), first]);
    if (!claim) return undefined;
    crashPoint('publish.before');
    const pauseMs = await this.#send(host, claim.state);
    await this.#release(host, claim.lease, pauseMs);
    return claim.state.revision;
  }

  async #claim(host: HostId): Promise<{ state: CurrentState; lease: string } | undefined> {
    return this.store.transaction(async (manager) => {
      await lockHosts(manager, [host]);
      // A host whose newest epoch is closed is two hosts (cloned): neither gets anything.
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

  /** Gives the pause before the next try; 0 when the host has it. */
  async #send(host: HostId, { message, revision, digest }: CurrentState): Promise<number> {
    try {
      const reply = await this.bus.requestSigned(message, DesiredReply, REPLY_MS);
      crashPoint('publish.after-send');
      if (reply.result === 'accepted') {
        await this.deliveries.seen({ hostId: host, revision: reply.revision, digest });
        return 0;
      }
      // It has a newer one, from another replica or another history, which its next hello shows.
      if (reply.result === 'stale' && reply.revision > revision) return PAUSE_MS.ahead;
      this.logger.error({ event: 'desired.refused', host, revision, reply }, 'a host refuses its desired state');
      return PAUSE_MS.refused;
    } catch (error) {
      if (!(error instanceof BusError)) throw error;
      this.logger.debug({ event: 'desired.undelivered', host, revision, code: error.code }, 'a host was not reached');
      return error.code === 'no-responder' ? PAUSE_MS.away : PAUSE_MS.silent;
    }
  }

  /** Only while the lease is ours: a newer revision has ended it, waits for nobody, and may be in another replica's hands already. */
  async #release(host: HostId, lease: string, pauseMs: number): Promise<void> {
    await this.store.query(
      `UPDATE host_status SET publish_at = clock_timestamp() + $3::float8 * interval '1 ms'
       WHERE host_id = $1 AND publish_at = $2::timestamptz`,
      [host, lease, pauseMs],
    );
  }
}
