import { Inject, Injectable } from '@nestjs/common';
import type { EventBatchReply, HostId } from '@orrery/shared/contracts';
import { describeError, pause, WakeablePause, type Logger } from '@orrery/shared/runtime';
import { Store } from '../database/store.js';
import { CHANNELS } from '../database/channels.js';
import { Notifications } from '../database/notifications.js';
import { LOGGER } from '../logger.js';
import type { Batch } from './batch.js';
import { GroupCommitter } from './group-committer.js';

/** How long a group gathers, from the first batch on: long enough for a few hosts, too short to be noticed. */
const GATHER_MS = 3;
/**
 * A batch that arrives this long after the last group is committed alone, as at the end of a launch: nobody gains from
 * its waiting.
 */
const QUIET_MS = 20;
/** The maximum number of hosts and events in a group. */
const MOST_HOSTS = 128;
const MOST_EVENTS = 8000;
/**
 * Batches that can wait per host: its own repetitions. Beyond that, or beyond all events together, the host is told to
 * wait.
 */
const MOST_WAITING_PER_HOST = 4;
const MOST_WAITING_EVENTS = 100_000;
/** The outbox is looked at once more after something happened, whether it rang or not. */
const LOOK_MS = 1000;
/** How long the API's own events gather: one change creates several events, each in a transaction of its own. */
const OUTBOX_GATHERS_MS = 50;
const BUSY_MS = 250;
/** When other transactions hold every host of a group. */
const HELD_MS = 15;

interface Waiting {
  batch: Batch;
  answer: (reply: EventBatchReply) => void;
}

/** Gathers batches into groups, at most one per host, and commits one group after the other. */
@Injectable()
export class Intake {
  readonly #waiting = new Map<HostId, Waiting[]>();
  readonly #pause = new WakeablePause();
  #events = 0;
  #outboxRang = true;
  /** The last look at the outbox found it empty, and nothing happened since. */
  #isAtRest = false;
  #open = false;
  #committedAt = -Infinity;

  constructor(
    private readonly store: Store,
    private readonly committer: GroupCommitter,
    private readonly notifications: Notifications,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /**
   * The answer means that the batch is committed. While the database is unreachable, or too much waits, the answer is
   * `busy`.
   */
  async submit(batch: Batch): Promise<EventBatchReply> {
    const queue = this.#waiting.get(batch.host) ?? [];
    const isFull = queue.length >= MOST_WAITING_PER_HOST || this.#events > MOST_WAITING_EVENTS;
    if (!this.#open || isFull) return { result: 'busy', retryAfterMs: BUSY_MS };
    return new Promise((answer) => {
      queue.push({ batch, answer });
      this.#waiting.set(batch.host, queue);
      this.#events += batch.events.length;
      this.#pause.wake();
    });
  }

  /** The one owner loop: commits groups until the signal is aborted, then the remaining ones. */
  async run(signal: AbortSignal): Promise<void> {
    this.#open = true;
    const ring = () => {
      this.#outboxRang = true;
      this.#pause.wake();
    };
    const deafen = this.notifications.on(CHANNELS.outbox, { heard: ring, listening: ring });
    while (!signal.aborted) {
      const restMs = this.#isAtRest ? this.notifications.lookAfterMs : LOOK_MS;
      if (this.#waiting.size === 0 && !this.#outboxRang) await this.#pause.wait(restMs, signal);
      await this.#gatherOutbox(signal);
      const isQuiet = performance.now() - this.#committedAt > QUIET_MS;
      if (this.#waiting.size > 0 && this.#waiting.size < MOST_HOSTS && !isQuiet) await pause(GATHER_MS, signal);
      await this.#commitOne();
    }
    deafen();
    this.#open = false;
    while (this.#waiting.size > 0) await this.#commitOne();
  }

  /** Until its time is over, or until a batch arrives, which takes the outbox along. */
  async #gatherOutbox(signal: AbortSignal): Promise<void> {
    const end = performance.now() + OUTBOX_GATHERS_MS;
    while (this.#outboxRang && this.#waiting.size === 0 && !signal.aborted) {
      const left = end - performance.now();
      if (left <= 0) return;
      await this.#pause.wait(left, signal);
    }
  }

  async #commitOne(): Promise<void> {
    const group = this.#takeGroup();
    if (group.length === 0) return this.#commitOutbox();
    this.#outboxRang = false;
    this.#isAtRest = false;
    const replies = await this.committer.commit(group.map(({ batch }) => batch));
    this.#committedAt = performance.now();
    if ([...replies.values()].every((reply) => reply === 'held')) await pause(HELD_MS);
    for (const waiting of group) {
      const reply = replies.get(waiting.batch.host) ?? { result: 'busy', retryAfterMs: BUSY_MS };
      if (reply === 'held' && this.#open) this.#putBack(waiting);
      else waiting.answer(reply === 'held' ? { result: 'busy', retryAfterMs: BUSY_MS } : reply);
    }
  }

  #takeGroup(): Waiting[] {
    const group: Waiting[] = [];
    let events = 0;
    for (const [host, queue] of [...this.#waiting]) {
      const next = queue[0];
      if (!next || group.length === MOST_HOSTS) break;
      if (group.length > 0 && events + next.batch.events.length > MOST_EVENTS) break;
      events += next.batch.events.length;
      group.push(next);
      queue.shift();
      // A host that was served goes to the end of the line.
      this.#waiting.delete(host);
      if (queue.length > 0) this.#waiting.set(host, queue);
    }
    this.#events -= events;
    return group;
  }

  /** Another transaction holds the host's row for a moment: its batch goes first in the next group. */
  #putBack(waiting: Waiting): void {
    const queue = this.#waiting.get(waiting.batch.host) ?? [];
    this.#waiting.set(waiting.batch.host, [waiting, ...queue]);
    this.#events += waiting.batch.events.length;
  }

  async #commitOutbox(): Promise<void> {
    this.#outboxRang = false;
    this.#isAtRest = false;
    try {
      const [row] = await this.store.query<{ some: boolean }[]>('SELECT EXISTS (SELECT FROM outbox) AS some');
      if (row?.some) await this.committer.commitOutbox();
      else this.#isAtRest = true;
    } catch (error) {
      this.logger.debug({ event: 'outbox.waiting', cause: describeError(error) }, 'cannot empty the outbox yet');
    }
  }
}
