import { Inject, Injectable } from '@nestjs/common';
import { describeError, pause, type Logger } from '@orrery/shared/runtime';
import { API_CONFIG, type ApiConfig } from '../config.js';
import { LOGGER } from '../logger.js';
import { CHANNELS } from './channels.js';
import { watchedClient } from './server-liveness.js';

type Channel = (typeof CHANNELS)[keyof typeof CHANNELS];
const RECONNECT_MS = 500;
/** How often to check the connection: one that a firewall has dropped is silent. */
const CHECK_MS = 10_000;
/** How often loops look without a hint, in case one was missed. */
const LOOK_MS = { heard: 20_000, deaf: 1_000 };

export interface Hearing {
  /** A message arrived. */
  heard(payload: string): void;
  /** Listening began (again). Earlier messages may be lost, so look. */
  listening?(): void;
}

/** The process's one listener for NOTIFY, on a connection of its own. */
@Injectable()
export class Notifications {
  readonly #hearings = new Map<Channel, Set<Hearing>>();
  #isListening = false;

  constructor(
    @Inject(API_CONFIG) private readonly config: ApiConfig,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** How long an idle loop may wait for a hint, in milliseconds: only briefly while hints get lost. */
  get lookAfterMs(): number {
    return this.#isListening ? LOOK_MS.heard : LOOK_MS.deaf;
  }

  /** Returns a function that stops it. */
  on(channel: Channel, hearing: Hearing): () => void {
    const hearings = this.#hearings.get(channel) ?? new Set();
    this.#hearings.set(channel, hearings.add(hearing));
    return () => hearings.delete(hearing);
  }

  /** The one owner loop: listens until the signal is aborted, and reconnects whenever the connection is lost. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#listen(signal);
      } catch (error) {
        if (!signal.aborted)
          this.logger.debug(
            { event: 'notifications.lost', cause: describeError(error) },
            'LISTEN connection lost; reconnecting',
          );
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
      this.#isListening = true;
      for (const hearings of this.#hearings.values()) for (const hearing of hearings) hearing.listening?.();
      while (!signal.aborted) {
        await Promise.race([pause(CHECK_MS, signal), lost]);
        await Promise.race([client.query('SELECT 1'), lost]);
      }
    } finally {
      this.#isListening = false;
      await client.end().catch(() => undefined);
    }
  }
}
