import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { Logger } from '@orrery/shared/runtime';
import type { Server } from 'node:tls';
import { LOGGER } from '../logger.js';
import { Recurring } from '../loops/recurring.js';
import { ServerTls } from './server-tls.js';

const LOOK_EVERY_MS = 3_600_000;

/** Keeps the certificate fresh while the process runs: open connections continue, new ones get the new certificate. */
@Injectable()
export class TlsRenewal implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #loop = new Recurring({
    ...{ everyMs: LOOK_EVERY_MS, first: 'later', work: () => this.#look() },
    failed: (cause) => this.logger.error({ event: 'tls.not-renewed', cause }, 'cannot check or renew the certificate'),
  });

  constructor(
    private readonly tls: ServerTls,
    private readonly http: HttpAdapterHost,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    if (this.tls.options) this.#loop.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.#loop.stop();
  }

  async #look(): Promise<void> {
    const server = this.http.httpAdapter.getHttpServer() as Server;
    if (await this.tls.renew(server))
      this.logger.info({ event: 'tls.renewed', pin: this.tls.pin }, 'switched to a new certificate');
  }
}
