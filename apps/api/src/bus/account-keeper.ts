import { Inject, Injectable } from '@nestjs/common';
import { describeError, WakeablePause, type Logger } from '@orrery/shared/runtime';
import { CHANNELS } from '../database/channels.js';
import { Notifications } from '../database/notifications.js';
import { LOGGER } from '../logger.js';
import type { Loop } from '../loops/loop.js';
import { NatsAccount } from './nats-account.js';
import { RevokedKeys } from './revoked-keys.repository.js';

const AGAIN_MS = 1000;
/** A hint may be lost: so often it looks without one. */
const LOOK_MS = 15_000;

/**
 * Has NATS know which keys let nobody in: at every connect, for a server that comes back empty must not let a revoked host in, and
 * whenever a key is revoked. The server then ends that host's connection by itself.
 */
@Injectable()
export class AccountKeeper implements Loop {
  readonly #pause = new WakeablePause();
  /** What NATS was told last; undefined: it may know nothing. */
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
        this.logger.warn(line, 'NATS could not be told which keys are revoked; trying on');
        return AGAIN_MS;
      });
      await this.#pause.wait(dueInMs, signal);
    }
    stopReturn();
    stopHearing();
  }

  /** Resolves with how long there is nothing to do, in milliseconds. */
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
      this.logger.info({ event: 'nats.account-told', revoked: revoked.length }, 'NATS knows which keys are revoked');
    }
    return Math.min(LOOK_MS, ...all.flatMap(({ dueInMs }) => (dueInMs > 0 ? dueInMs : [])));
  }
}
