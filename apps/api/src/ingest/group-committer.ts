import { Inject, Injectable } from '@nestjs/common';
import type { EventBatchReply, HostId } from '@orrery/shared/contracts';
import { crashPoint, describeError, type Logger } from '@orrery/shared/runtime';
import { Store } from '../database/store.js';
import { isBadRow, sqlStateOf } from '../database/sql-state.js';
import { runIn } from '../database/statements.js';
import { LOGGER } from '../logger.js';
import { isPoison, type Batch } from './batch.js';
import { BatchSizes } from './batch-sizes.js';
import { writeGroup, type GroupReply } from './group-transaction.js';

const LIMITS = { lockMs: 2000, statementMs: 5000, idleMs: 5000 };
const OUTBOX_MOST = 2000;
const BUSY_MS = 500;
/** For batches stored one by one: when this many time out, Postgres itself is slow, and all others wait. */
const MOST_TIMEOUTS = 2;

export type Replies = Map<HostId, GroupReply>;

/**
 * Commits groups. If a group cannot be stored because of its content, finds the host and the event, puts that event
 * aside and commits the rest. If it takes too long, stores its batches one by one, and the next batches of the slow
 * host in smaller parts.
 */
@Injectable()
export class GroupCommitter {
  readonly #sizes = new BatchSizes();
  /** The maximum of our own events in one group: fewer after a timeout, which they may have caused. */
  #outboxMost = OUTBOX_MOST;

  constructor(
    private readonly store: Store,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** At most one batch of each host. Never throws: a batch that could not be stored gets `busy`, and is sent again. */
  async commit(batches: readonly Batch[]): Promise<Replies> {
    const slow = batches.filter(({ host }) => this.#sizes.isSlow(host));
    const others = batches.filter(({ host }) => !this.#sizes.isSlow(host));
    const replies = others.length > 0 ? await this.#commitTogether(others) : (new Map() as Replies);
    for (const [host, reply] of await this.#commitParts(slow)) replies.set(host, reply);
    return replies;
  }

  async #commitTogether(batches: readonly Batch[]): Promise<Replies> {
    try {
      return await this.#write(batches, this.#outboxMost);
    } catch (error) {
      if (isTimeOut(error)) return this.#commitAfterTimeOut(batches, error);
      if (!isCulprit(error)) return this.#busy(batches, error);
      // Leaves out the outbox, so that its events are not blamed on a host.
      const replies: Replies = new Map();
      for (const batch of batches) replies.set(batch.host, await this.#commitAlone(batch));
      return replies;
    }
  }

  /** It is not known yet which of them took so long, or whether it was the outbox. */
  #commitAfterTimeOut(batches: readonly Batch[], error: unknown): Promise<Replies> | Replies {
    this.#outboxMost = Math.ceil(this.#outboxMost / 2);
    const [only] = batches;
    if (!only || batches.length > 1) return this.#commitParts(batches);
    this.#sizes.timedOut(only);
    return this.#busy(batches, error);
  }

  /** One by one, each no larger than the size that last passed. */
  async #commitParts(batches: readonly Batch[]): Promise<Replies> {
    const replies: Replies = new Map();
    let timeOuts = 0;
    for (const batch of batches) {
      const part = this.#sizes.cut(batch);
      const tooSlow = () => {
        timeOuts += 1;
        this.#sizes.timedOut(part);
      };
      const reply = timeOuts < MOST_TIMEOUTS ? await this.#commitAlone(part, tooSlow) : busy();
      if (reply !== 'held' && reply.result === 'stored') this.#sizes.passed(batch, part);
      replies.set(batch.host, reply);
    }
    return replies;
  }

  /**
   * Only the API's own events. One that cannot be stored is put aside too, and those behind it do not wait any longer.
   */
  async commitOutbox(): Promise<void> {
    let most = this.#outboxMost;
    for (;;)
      try {
        await this.#write([], most);
        if (most === OUTBOX_MOST) return;
        most = Math.min(most * 2, OUTBOX_MOST);
      } catch (error) {
        if (!isCulprit(error) && !(isTimeOut(error) && most > 1)) throw error;
        if (most === 1) await this.#putOutboxAside(error);
        most = Math.ceil(most / 2);
      }
  }

  async #write(batches: readonly Batch[], outboxMost: number): Promise<Replies> {
    const replies = await this.store.transaction(async (manager) => {
      const written = await writeGroup(runIn(manager), batches, outboxMost);
      crashPoint('ingest.before-commit');
      return written;
    }, LIMITS);
    crashPoint('ingest.after-commit');
    if (outboxMost > 0) this.#outboxMost = Math.min(outboxMost * 2, OUTBOX_MOST);
    return replies;
  }

  /** Halves the batch until it finds the event that cannot be stored. Calls `tooSlow` if it took too long. */
  async #commitAlone(batch: Batch, tooSlow: () => void = () => this.#sizes.timedOut(batch)): Promise<GroupReply> {
    try {
      return (await this.#write([batch], 0)).get(batch.host) ?? busy();
    } catch (error) {
      if (isTimeOut(error)) tooSlow();
      if (!isCulprit(error)) return this.#busy([batch], error).get(batch.host) ?? busy();
      const [only] = batch.events;
      if (batch.events.length > 1) return this.#commitHalves(batch);
      if (!only || isPoison(only)) return this.#busy([batch], error).get(batch.host) ?? busy();
      const { seq, fact } = only;
      const reason = `it could not be stored: ${describeError(error)}`.slice(0, 500);
      this.logger.error(
        { event: 'ingest.quarantined', host: batch.host, seq, type: fact.type, reason },
        'quarantined an event',
      );
      const raw = Buffer.from(JSON.stringify(fact));
      return this.#commitAlone({ ...batch, events: [{ seq, reason, type: fact.type, raw }] });
    }
  }

  async #commitHalves({ host, epoch, from, events }: Batch): Promise<GroupReply> {
    const middle = Math.ceil(events.length / 2);
    const first = await this.#commitAlone({ host, epoch, from, events: events.slice(0, middle) });
    if (first === 'held' || first.result !== 'stored') return first;
    return this.#commitAlone({ host, epoch, from: from + middle, events: events.slice(middle) });
  }

  async #putOutboxAside(cause: unknown): Promise<void> {
    this.logger.error(
      { event: 'outbox.quarantined', cause: describeError(cause) },
      "quarantined one of the API's own events",
    );
    const [row] = await this.store.query<{ taken: boolean }[]>(
      `WITH taken AS (DELETE FROM outbox WHERE id = (SELECT min(id) FROM outbox) RETURNING *),
       put AS (INSERT INTO event_quarantine (host_id, epoch, seq, reason, raw)
         SELECT COALESCE(host_id, ''), 'outbox', id, $1, convert_to(to_jsonb(taken)::text, 'UTF8') FROM taken ON CONFLICT DO NOTHING)
       SELECT EXISTS (SELECT FROM taken) AS taken`,
      [describeError(cause).slice(0, 500)],
    );
    if (!row?.taken) throw cause;
  }

  #busy(batches: readonly Batch[], error: unknown): Replies {
    this.logger.warn(
      { event: 'ingest.busy', hosts: batches.length, cause: describeError(error), sqlState: sqlStateOf(error) },
      'could not store a group of batches; its hosts will resend them',
    );
    return new Map(batches.map(({ host }) => [host, busy()]));
  }
}

const BUGS = ['TypeError', 'RangeError', 'ReferenceError', 'SyntaxError'];

/**
 * The statement took longer than its limit: fewer events at a time help, the same again do not. A lock that was not
 * granted in time is a different error.
 */
const isTimeOut = (error: unknown) => sqlStateOf(error) === '57014';

/**
 * The content is at fault, not the moment: a bad row, or an error of ours that happens again with the same event. Any
 * other error passes: nothing is put aside because a connection was lost.
 */
const isCulprit = (error: unknown) => isBadRow(error) || BUGS.includes((error as Error).name);

const busy = (): EventBatchReply => ({ result: 'busy', retryAfterMs: BUSY_MS });
