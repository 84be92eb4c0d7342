import { Inject, Injectable } from '@nestjs/common';
import { describeError, pause, type Logger } from '@orrery/shared/runtime';
import { API_CONFIG, type ApiConfig } from '../config.js';
import { LOGGER } from '../logger.js';
import { CHANNELS } from './channels.js';
import { watchedClient } from './server-liveness.js';

type Channel = (typeof CHANNELS)[keyof typeof CHANNELS];
const RECONNECT_MS = 500;

export interface Hearing {
  /** A message came. */
  heard(payload: string): void;
  /** Listening began (again): whatever was said before is unknown, so look. */
  listening?(): void;
}

/** The process's one ear for NOTIFY, on a connection of its own. */
@Injectable()
export class Notifications {
  readonly #hearings = new Map<Channel, Set<Hearing>>();

  constructor(
    @Inject(API_CONFIG) private readonly config: ApiConfig,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Returns the way to stop it. */
  on(channel: Channel, hearing: Hearing): () => void {
    const hearings = this.#hearings.get(channel) ?? new Set();
    this.#hearings.set(channel, hearings.add(hearing));
    return () => hearings.delete(hearing);
  }

  /** The one owner loop: listens until the signal is aborted, over every loss of the connection. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#listen(signal);
      } catch (error) {
        if (!signal.aborted)
          this.logger.debug({ event: 'notifications.lost', cause: describeError(error) }, 'lost the ear; trying on');
      }
      await pause(RECONNECT_MS, signal);
    }
  }

  async #listen(signal: AbortSignal): Promise<void> {
    const connectionString = this.config.databaseUrl.reveal();
    const Client = watchedClient(connectionString);
    const client = new Client({
      connectionString,
      application_name: 'orrery-api notifications',
      connectionTimeoutMillis: 3000,
      keepAlive: true,
    });
    const lost = new Promise<never>((_resolve, reject) => {
      client.on('error', reject);
      client.on('end', () => reject(new Error('the connection ended')));
      signal.addEventListener('abort', () => reject(new Error('stopping')), { once: true });
    });
    lost.catch(() => undefined);
    client.on('notification', ({ channel, payload = '' }) => {
      for (const hearing of this.#hearings.get(channel as Channel) ?? []) hearing.heard(payload);
    });
    try {
      await Promise.race([client.connect(), lost]);
      for (const channel of Object.values(CHANNELS)) await client.query(`LISTEN ${channel}`);
      for (const hearings of this.#hearings.values()) for (const hearing of hearings) hearing.listening?.();
      await lost;
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}
