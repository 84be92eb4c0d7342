import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { describeError, pause, type Logger } from '@orrery/shared/runtime';
import type { Server } from 'node:tls';
import { LOGGER } from '../logger.js';
import { ServerTls } from './server-tls.js';

const LOOK_EVERY_MS = 3_600_000;

/** Keeps the certificate fresh while the process runs: open connections continue, new ones get the new certificate. */
@Injectable()
export class TlsRenewal implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;

  constructor(
    private readonly tls: ServerTls,
    private readonly http: HttpAdapterHost,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    if (this.tls.options) this.#running = this.#run(this.#stop.signal);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(signal: AbortSignal): Promise<void> {
    for (;;) {
      await pause(LOOK_EVERY_MS, signal);
      if (signal.aborted) return;
      await this.#look();
    }
  }

  async #look(): Promise<void> {
    try {
      const server = this.http.httpAdapter.getHttpServer() as Server;
      if (await this.tls.renew(server))
        this.logger.info({ event: 'tls.renewed', pin: this.tls.pin }, 'switched to a new certificate');
    } catch (error) {
      this.logger.error(
        { event: 'tls.not-renewed', cause: describeError(error) },
        'cannot check or renew the certificate',
      );
    }
  }
}
