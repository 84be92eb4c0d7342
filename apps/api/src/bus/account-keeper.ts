import { Inject, Injectable } from '@nestjs/common';
import { describeError, WakeablePause, type Logger } from '@orrery/shared/runtime';
import { CHANNELS } from '../database/channels.js';
import { Notifications } from '../database/notifications.js';
import { LOGGER } from '../logger.js';
import type { Loop } from '../loops/loop.js';
import { NatsAccount } from './nats-account.js';
import { RevokedKeys } from './revoked-keys.repository.js';

const AGAIN_MS = 1000;
/** A hint can be lost, so it also looks this often without one. */
const LOOK_MS = 15_000;

/**
 * Informs NATS of the revoked keys: at every connect, because a server that comes back empty must not accept a revoked
 * host, and whenever a key is revoked. The server then closes that host's connection.
 */
@Injectable()
export class AccountKeeper implements Loop {
  readonly #pause = new WakeablePause();
  /** The list that NATS received last; undefined: it may have none. */
  #told: string | undefined;

  constructor(
    private readonly account: NatsAccount,
    private readonly keys: RevokedKeys,
    private readonly notifications: Notifications,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async run(signal: AbortSignal): Promise<void> {
    const ring = () => this.#pause.wake();
    const stopReturn = this.account.onReturn(() => {
      this.#told = undefined;
      ring();
    });
    const stopHearing = this.notifications.on(CHANNELS.keys, { heard: ring, listening: ring });
    while (!signal.aborted) {
      const dueInMs = await this.#tell().catch((error: unknown) => {
        const line = { event: 'nats.account-not-told', cause: describeError(error) };
        this.logger.warn(line, 'cannot send the revoked keys to NATS; retrying');
        return AGAIN_MS;
      });
      await this.#pause.wait(dueInMs, signal);
    }
    stopReturn();
    stopHearing();
  }

  /** Resolves with the time in milliseconds until there is something to do. */
  async #tell(): Promise<number> {
    if (!this.account.reachable) return LOOK_MS;
    const all = await this.keys.read();
    const revoked = all.filter(({ dueInMs }) => dueInMs === 0);
    const news = JSON.stringify(revoked.map(({ key, since }) => [key, since]));
    if (this.#told !== news) {
      this.#told = news;
      await this.account
        .push(Object.fromEntries(revoked.map(({ key, since }) => [key, since])))
        .catch((error: unknown) => {
          this.#told = undefined;
          throw error;
        });
      this.logger.info({ event: 'nats.account-told', revoked: revoked.length }, 'sent the revoked keys to NATS');
    }
    return Math.min(LOOK_MS, ...all.flatMap(({ dueInMs }) => (dueInMs > 0 ? dueInMs : [])));
  }
}
