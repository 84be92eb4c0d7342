import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { Logger } from '@orrery/shared/runtime';
import { Store } from '../database/store.js';
import { LOGGER } from '../logger.js';
import { Recurring } from '../loops/recurring.js';
import { IdempotencyRepository } from './idempotency.repository.js';

const EVERY_MS = 60 * 60 * 1000;

/** The one owner of the loop that deletes old keys, so that the table does not grow forever. */
@Injectable()
export class OldKeys implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #loop = new Recurring({
    ...{ everyMs: EVERY_MS, first: 'later', work: () => this.repository.forgetOld(this.store) },
    failed: (cause) =>
      this.logger.debug(
        { event: 'idempotency.not-forgotten', cause },
        'cannot delete old idempotency keys; retrying in an hour',
      ),
  });

  constructor(
    private readonly store: Store,
    private readonly repository: IdempotencyRepository,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.#loop.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.#loop.stop();
  }
}
