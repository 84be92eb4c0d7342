import { Injectable } from '@nestjs/common';
import { explain, type DryRun } from '@orrery/shared/contracts';
import { AppError, pause } from '@orrery/shared/runtime';
import type { Transaction } from '../database/sql.js';
import { Store } from '../database/store.js';
import { Answer } from './answer.js';
import type { Asked } from './asked.decorator.js';
import { DryRuns, type Affected } from './dry-runs.service.js';
import { IdempotencyRepository, type RequestKey } from './idempotency.repository.js';

export interface Made {
  headers: Record<string, string>;
  body: object;
}

/** The result of a change: its answer, and what it affects, which a dry run shows. */
export interface Changed extends Made, Affected {
  status: Answer['status'];
  /** Stored for the Idempotency-Key instead of `body`, which contains a secret. */
  keptBody?: object;
}

/** Runs after the change is committed, never in a dry run. */
export interface Afterwards {
  /** The change is made; this returns an answer that shows its progress. */
  settle?: (made: Made) => Promise<Made>;
  /** Completes the change: if this fails, the request counts as never made. */
  finish?: () => Promise<void>;
}

/**
 * How long a request waits while another one with the same key is carried out: longer than a call to an agent takes.
 */
const PATIENCE_MS = 8000;
const LOOK_EVERY_MS = 100;

/** Carries the result of a dry run out of the transaction, which must be rolled back. */
class NotForReal extends Error {
  constructor(readonly show: () => Promise<DryRun>) {
    super('a dry run is rolled back');
  }
}

/**
 * Every change goes through here (docs/adr/0027-every-change-goes-one-way.md): one transaction also stores the answer
 * for the Idempotency-Key, so that a repeated request is carried out once, whatever happened. The commit wakes the
 * publisher, which notifies the hosts. A dry run does the very same work, rolls it back, and shows what would change
 * and what the agents would do.
 */
@Injectable()
export class Changes {
  constructor(
    private readonly store: Store,
    private readonly idempotency: IdempotencyRepository,
    private readonly dryRuns: DryRuns,
  ) {}

  /** The answer to an earlier request with this key. Check this before doing work outside the transaction of `run`. */
  async replay(asked: Asked): Promise<Answer | undefined> {
    const key = keyOf(asked);
    if (!key || asked.dryRun) return undefined;
    const kept = await this.idempotency.find(this.store, key);
    return kept && replayed(key, kept.hash, kept.answer);
  }

  async run(
    asked: Asked,
    work: (transaction: Transaction) => Promise<Changed>,
    afterwards: Afterwards = {},
  ): Promise<Answer> {
    if (asked.dryRun) return new Answer(200, {}, await this.#dryRun(work));
    const key = keyOf(asked);
    const until = performance.now() + PATIENCE_MS;
    for (;;) {
      const done = await this.store.transaction(async (transaction) => {
        const kept = key && (await this.idempotency.take(transaction, key));
        if (kept) return replayed(key, kept.hash, kept.answer);
        const changed = await work(transaction);
        if (key && !afterwards.finish) await this.#keep(transaction, key, changed);
        return changed;
      });
      if (done instanceof Answer) return done;
      if (done) return this.#complete(key, done, afterwards);
      if (performance.now() > until) throw underWay();
      await pause(LOOK_EVERY_MS, new AbortController().signal);
    }
  }

  async #complete(key: RequestKey | undefined, changed: Changed, { settle, finish }: Afterwards): Promise<Answer> {
    try {
      await finish?.();
    } catch (error) {
      if (key) await this.idempotency.drop(this.store, key);
      throw error;
    }
    const answer = { ...changed, ...(await settle?.(changed)) };
    if (key && (settle || finish)) await this.#keep(this.store, key, answer);
    return new Answer(answer.status, answer.headers, answer.body);
  }

  async #keep(
    sql: Store | Transaction,
    key: RequestKey,
    { status, headers, body, keptBody = body }: Changed,
  ): Promise<void> {
    await this.idempotency.keep(sql, key, status, { status, headers, body: keptBody });
  }

  async #dryRun(work: (transaction: Transaction) => Promise<Changed>): Promise<DryRun> {
    const show = await this.store
      .transaction(async (transaction): Promise<never> => {
        throw new NotForReal(await this.dryRuns.read(transaction, await work(transaction)));
      })
      .catch((error: unknown) => {
        if (error instanceof NotForReal) return error.show;
        throw error;
      });
    return show();
  }
}

const keyOf = ({ tokenId, idempotency }: Asked): RequestKey | undefined => idempotency && { tokenId, ...idempotency };

/** Undefined: the first request with this key is still being carried out. */
function replayed({ key, hash }: RequestKey, keptHash: Buffer, kept: unknown): Answer | undefined {
  if (!keptHash.equals(hash))
    throw new AppError({
      kind: 'user',
      ...explain('idempotency-mismatch/key', { key }),
    });
  if (kept === null) return undefined;
  const { status, headers, body } = kept as Answer;
  return new Answer(status, { ...headers, 'idempotency-replayed': 'true' }, body);
}

const underWay = () =>
  new AppError({
    kind: 'operational',
    ...explain('busy/same-key'),
    details: { retryAfter: 5 },
  });
