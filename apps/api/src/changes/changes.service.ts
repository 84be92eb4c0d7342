import { Injectable } from '@nestjs/common';
import { explain, type DryRun, type HostRef } from '@orrery/shared/contracts';
import { AppError } from '@orrery/shared/runtime';
import type { Transaction } from '../database/sql.js';
import { Store } from '../database/store.js';
import type { Asked } from './asked.decorator.js';
import { DryRuns } from './dry-runs.service.js';
import { IdempotencyRepository } from './idempotency.repository.js';

/** The answer to a change that was made. */
export interface Answer {
  status: 200 | 201 | 202;
  headers: Record<string, string>;
  body: object;
}

/** What the work of a change gives back: its answer, and whose desired state it changed. */
export interface Changed extends Answer {
  hosts: HostRef[];
}

/** Carries the result of a dry run out of the transaction that must not be committed. */
class NotForReal<T> extends Error {
  constructor(readonly result: T) {
    super('a dry run is rolled back');
  }
}

/**
 * Every change goes through here: one transaction that also keeps the answer for its Idempotency-Key, so that a request that
 * is sent again after any accident is done once. The hosts hear of it from whoever publishes, whom the commit wakes. A dry run does the very same work, rolls it back, and asks the agents what
 * they would do.
 */
@Injectable()
export class Changes {
  constructor(
    private readonly store: Store,
    private readonly idempotency: IdempotencyRepository,
    private readonly dryRuns: DryRuns,
  ) {}

  async run(asked: Asked, work: (transaction: Transaction) => Promise<Changed>): Promise<Answer> {
    if (asked.dryRun) return { status: 200, headers: {}, body: await this.#dryRun(work) };
    return this.store.transaction(async (transaction) => {
      const kept = await this.#keptAnswer(transaction, asked);
      if (kept) return kept;
      const { status, headers, body } = await work(transaction);
      const made = { status, headers, body };
      await this.#keepAnswer(transaction, asked, made);
      return made;
    });
  }

  async #keptAnswer(transaction: Transaction, { tokenId, idempotency }: Asked): Promise<Answer | undefined> {
    if (!idempotency) return undefined;
    const kept = await this.idempotency.take(transaction, tokenId, idempotency.key, idempotency.hash);
    if (!kept) return undefined;
    if (kept.hash.equals(idempotency.hash)) return kept.answer as Answer;
    throw new AppError({ kind: 'user', ...explain('idempotency-mismatch/key', { key: idempotency.key }) });
  }

  async #keepAnswer(transaction: Transaction, { tokenId, idempotency }: Asked, answer: Answer): Promise<void> {
    if (idempotency) await this.idempotency.keep(transaction, tokenId, idempotency.key, answer.status, answer);
  }

  async #dryRun(work: (transaction: Transaction) => Promise<Changed>): Promise<DryRun> {
    const wanted = await this.store
      .transaction(async (transaction) => {
        const { hosts } = await work(transaction);
        throw new NotForReal(await this.dryRuns.read(transaction, hosts));
      })
      .catch((error: unknown) => {
        if (error instanceof NotForReal) return error.result as Awaited<ReturnType<DryRuns['read']>>;
        throw error;
      });
    return { dryRun: true, hosts: await this.dryRuns.plan(wanted) };
  }
}
