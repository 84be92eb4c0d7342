import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { describeError, pause, type Logger } from '@orrery/shared/runtime';
import { Store } from '../database/store.js';
import { LOGGER } from '../logger.js';
import { IdempotencyRepository } from './idempotency.repository.js';

const EVERY_MS = 60 * 60 * 1000;

/** The one owner of the loop that deletes old keys, so that the table does not grow forever. */
@Injectable()
export class OldKeys implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #stop = new AbortController();
  #loop: Promise<void> | undefined;

  constructor(
    private readonly store: Store,
    private readonly repository: IdempotencyRepository,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.#loop = this.#run(this.#stop.signal);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.#stop.abort();
    await this.#loop;
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await pause(EVERY_MS, signal);
      if (signal.aborted) return;
      await this.repository
        .forgetOld(this.store)
        .catch((error: unknown) =>
          this.logger.debug(
            { event: 'idempotency.not-forgotten', cause: describeError(error) },
            'cannot delete old idempotency keys; retrying in an hour',
          ),
        );
    }
  }
}
