import { Inject, Injectable } from '@nestjs/common';
import type { EventBatchReply, HostId } from '@orrery/shared/contracts';
import { crashPoint, describeError, type Logger } from '@orrery/shared/runtime';
import { Store } from '../database/store.js';
import { isBadRow, sqlStateOf } from '../database/sql-state.js';
import { runIn } from '../database/statements.js';
import { LOGGER } from '../logger.js';
import { isPoison, type Batch } from './batch.js';
import { writeGroup, type GroupReply } from './group-transaction.js';

const LIMITS = { lockMs: 2000, statementMs: 5000, idleMs: 5000 };
const OUTBOX_MOST = 2000;
const BUSY_MS = 500;

export type Replies = Map<HostId, GroupReply>;

/** Commits groups; when one cannot be, finds whose event it is, puts that one aside and commits the rest. */
@Injectable()
export class GroupCommitter {
  constructor(
    private readonly store: Store,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** At most one batch of each host. Never throws: a batch that could not be stored is `busy`, and comes again. */
  async commit(batches: readonly Batch[]): Promise<Replies> {
    try {
      return await this.#write(batches, OUTBOX_MOST);
    } catch (error) {
      if (!isCulprit(error)) return this.#busy(batches, error);
      // The outbox waits: what it holds must not be taken for the fault of a host.
      const replies: Replies = new Map();
      for (const batch of batches) replies.set(batch.host, await this.#commitAlone(batch));
      return replies;
    }
  }

  /** The API's own events alone. One that cannot be stored is put aside, too, and those behind it do not wait for more. */
  async commitOutbox(): Promise<void> {
    let most = OUTBOX_MOST;
    for (;;)
      try {
        await this.#write([], most);
        if (most === OUTBOX_MOST) return;
        most = Math.min(most * 2, OUTBOX_MOST);
      } catch (error) {
        if (!isCulprit(error)) throw error;
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
    return replies;
  }

  /** Halves the batch until the event is found that cannot be stored. */
  async #commitAlone(batch: Batch): Promise<GroupReply> {
    try {
      return (await this.#write([batch], 0)).get(batch.host) ?? busy();
    } catch (error) {
      if (!isCulprit(error)) return this.#busy([batch], error).get(batch.host) ?? busy();
      const [only] = batch.events;
      if (batch.events.length > 1) return this.#commitHalves(batch);
      if (!only || isPoison(only)) return this.#busy([batch], error).get(batch.host) ?? busy();
      const { seq, fact } = only;
      const reason = `it could not be stored: ${describeError(error)}`.slice(0, 500);
      this.logger.error(
        { event: 'ingest.quarantined', host: batch.host, seq, type: fact.type, reason },
        'put an event aside',
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
    this.logger.error({ event: 'outbox.quarantined', cause: describeError(cause) }, 'put an event of our own aside');
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
      'a group was not stored; its hosts send it again',
    );
    return new Map(batches.map(({ host }) => [host, busy()]));
  }
}

const BUGS = ['TypeError', 'RangeError', 'ReferenceError', 'SyntaxError'];

/**
 * The content is what is wrong, not the moment: a bad row, or an error of ours that comes again with the same event. Anything
 * else, whatever it is, passes: nothing is put aside because a connection was lost.
 */
const isCulprit = (error: unknown) => isBadRow(error) || BUGS.includes((error as Error).name);

const busy = (): EventBatchReply => ({ result: 'busy', retryAfterMs: BUSY_MS });
