import { Inject, Injectable } from '@nestjs/common';
import { describeError, WakeablePause, type Logger } from '@orrery/shared/runtime';
import { CHANNELS } from '../database/channels.js';
import { Notifications } from '../database/notifications.js';
import { LOGGER } from '../logger.js';
import type { EventRow } from './event-row.js';
import { EventsRepository } from './events.repository.js';

/** Events kept in memory for followers; one that is further behind reads the database. */
const AT_HAND = 2000;
const PAGE = 500;
/** It looks once more after something was read, or could not be. */
const LOOK_MS = 1000;

/**
 * Reads every committed event, in order and once, for all followers in this process. IDs are in commit order, so only
 * events after the last one read are new.
 */
@Injectable()
export class EventFeed {
  readonly #listeners = new Set<(rows: readonly EventRow[]) => void>();
  readonly #restarts = new Set<() => void>();
  readonly #pause = new WakeablePause();
  #recent: EventRow[] = [];
  #floor = 0;
  #head: number | undefined;
  /** The connection was lost: the database may be another one now, restored from a backup. */
  #isDoubtful = false;

  constructor(
    private readonly repository: EventsRepository,
    private readonly notifications: Notifications,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** The ID of the last event that was read; undefined until the first look at the database. */
  get head(): number | undefined {
    return this.#head;
  }

  /**
   * Calls back with committed events, in order. After an outage of the database they are late, but never out of order.
   */
  onEvents(listener: (rows: readonly EventRow[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Calls back when the history went back, which makes all earlier IDs meaningless. */
  onRestart(restart: () => void): () => void {
    this.#restarts.add(restart);
    return () => this.#restarts.delete(restart);
  }

  /** All events after this one, if they are in memory; undefined: read the database. */
  since(id: number): readonly EventRow[] | undefined {
    if (this.#head === undefined || id < this.#floor) return undefined;
    let from = this.#recent.length;
    while (from > 0 && (this.#recent[from - 1] as EventRow).id > id) from--;
    return this.#recent.slice(from);
  }

  /** The one owner loop. */
  async run(signal: AbortSignal): Promise<void> {
    const heard = () => this.#pause.wake();
    const listening = () => {
      this.#isDoubtful = true;
      this.#pause.wake();
    };
    const deafen = this.notifications.on(CHANNELS.events, { heard, listening });
    while (!signal.aborted) {
      const read = await this.#read().catch((error: unknown) => {
        this.logger.debug(
          { event: 'feed.waiting', cause: describeError(error) },
          'the event feed is waiting for the database',
        );
        return 'some' as const;
      });
      if (read === 'page') continue;
      await this.#pause.wait(read === 'none' ? this.notifications.lookAfterMs : LOOK_MS, signal);
    }
    deafen();
  }

  /** `page`: there may be more. */
  async #read(): Promise<'page' | 'some' | 'none'> {
    if (this.#head === undefined || (this.#isDoubtful && (await this.#wentBack(this.#head)))) return this.#begin();
    this.#isDoubtful = false;
    const rows = await this.repository.list({ criteria: {}, after: this.#head, order: 'asc', limit: PAGE });
    const last = rows.at(-1);
    if (!last) return 'none';
    this.#head = last.id;
    this.#recent.push(...rows);
    if (this.#recent.length > AT_HAND) {
      const dropped = this.#recent.splice(0, this.#recent.length - AT_HAND);
      this.#floor = dropped.at(-1)?.id ?? this.#floor;
    }
    for (const listener of this.#listeners) listener(rows);
    return rows.length === PAGE ? 'page' : 'some';
  }

  async #wentBack(head: number): Promise<boolean> {
    const ends = await this.repository.ends();
    return (ends?.last ?? 0) < head;
  }

  /**
   * Events that exist at the start are history; the feed begins after them. After a restore, followers begin again too.
   */
  async #begin(): Promise<'page'> {
    const isRestored = this.#head !== undefined;
    this.#isDoubtful = false;
    this.#recent = [];
    const ends = await this.repository.ends();
    this.#head = ends?.last ?? 0;
    this.#floor = this.#head;
    if (isRestored) for (const restart of this.#restarts) restart();
    return 'page';
  }
}
