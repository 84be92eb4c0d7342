import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { LoginId } from '@orrery/shared/contracts';
import type { Logger } from '@orrery/shared/runtime';
import { CHANNELS } from '../database/channels.js';
import { Notifications } from '../database/notifications.js';
import { LOGGER } from '../logger.js';
import { Recurring } from '../loops/recurring.js';
import { LoginsRepository } from './logins.repository.js';

/** How often it looks without a hint: a login that has rested for too long ends without one. */
const LOOK_MS = 60_000;

/** Says when a login ends, to what outlasts the request that was let in with it. */
@Injectable()
export class LoginWatch implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #watched = new Map<LoginId, Set<() => void>>();
  readonly #loop = new Recurring({
    ...{ everyMs: LOOK_MS, first: 'later', work: () => this.look() },
    failed: (cause) =>
      this.logger.debug(
        { event: 'logins.not-looked', cause },
        'cannot check which logins have ended; retrying in a minute',
      ),
  });
  #deafen: (() => void) | undefined;

  constructor(
    private readonly repository: LoginsRepository,
    private readonly notifications: Notifications,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.#deafen = this.notifications.on(CHANNELS.logins, {
      heard: (id) => this.#end(id as LoginId),
      listening: () => this.#loop.wake(),
    });
    this.#loop.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.#loop.stop();
    this.#deafen?.();
  }

  /** Calls back once when the login has ended, in whichever process. Returns a function that stops it. */
  whenEnded(login: LoginId, ended: () => void): () => void {
    const callbacks = this.#watched.get(login) ?? new Set();
    this.#watched.set(login, callbacks.add(ended));
    return () => {
      callbacks.delete(ended);
      if (callbacks.size === 0 && this.#watched.get(login) === callbacks) this.#watched.delete(login);
    };
  }

  /** Looks which of those that are watched have ended. */
  async look(): Promise<void> {
    const watched = [...this.#watched.keys()];
    if (watched.length === 0) return;
    const live = new Set(await this.repository.live(watched));
    for (const login of watched) if (!live.has(login)) this.#end(login);
  }

  #end(login: LoginId): void {
    const callbacks = this.#watched.get(login);
    this.#watched.delete(login);
    for (const ended of callbacks ?? []) ended();
  }
}
