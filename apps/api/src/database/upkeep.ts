import { Inject, Injectable } from '@nestjs/common';
import { describeError, pause, type Logger } from '@orrery/shared/runtime';
import { LOGGER } from '../logger.js';
import type { Loop } from '../loops/loop.js';
import { EventPartitions } from './event-partitions.js';
import { HistoryPruning } from './history-pruning.js';
import { DUTIES, UpkeepFailures, type Duty } from './upkeep-failures.js';

const EVERY_MS = 3_600_000;
const RETRY_MS = 60_000;
/** After this many failures in a row, the cause will not pass by itself, and a person must act. */
const LASTING = 10;

/**
 * The one owner of recurring work on the database. Each duty has its own loop, so that one that fails or takes long
 * does not block the others. A failure is a finding until the duty is done.
 */
@Injectable()
export class Upkeep implements Loop {
  readonly #inARow = new Map<Duty, number>();
  readonly #underWay = new Map<Duty, Promise<boolean>>();

  constructor(
    private readonly partitions: EventPartitions,
    private readonly pruning: HistoryPruning,
    private readonly failures: UpkeepFailures,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async run(signal: AbortSignal): Promise<void> {
    // One listener on the process's signal, whatever the number of duties.
    const stop = AbortSignal.any([signal]);
    await Promise.all(DUTIES.map((duty) => this.#keep(duty, stop)));
  }

  async #keep(duty: Duty, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const isDone = await this.perform(duty, Date.now(), signal);
      await pause(isDone ? EVERY_MS : RETRY_MS, signal);
    }
  }

  /**
   * Runs once, after any run of the same duty that is under way. False if it failed, which is recorded. Never throws.
   */
  perform(duty: Duty, now: number = Date.now(), signal?: AbortSignal): Promise<boolean> {
    const before = this.#underWay.get(duty) ?? Promise.resolve(true);
    const work = before.then(() => this.#perform(duty, now, signal));
    this.#underWay.set(duty, work);
    return work;
  }

  async #perform(duty: Duty, now: number, signal: AbortSignal | undefined): Promise<boolean> {
    const failure = await this.#work(duty, now, signal).then(
      () => undefined,
      (error: unknown) => describeError(error),
    );
    const inARow = failure === undefined ? 0 : (this.#inARow.get(duty) ?? 0) + 1;
    this.#inARow.set(duty, inARow);
    if (failure !== undefined) this.#report(duty, failure, inARow);
    const noting = failure === undefined ? this.failures.done(duty) : this.failures.failed(duty, failure);
    await noting.catch((error: unknown) =>
      this.logger.debug(
        { event: 'upkeep.not-noted', duty, cause: describeError(error) },
        'cannot record the result of an upkeep duty; retrying next time',
      ),
    );
    return failure === undefined;
  }

  #work(duty: Duty, now: number, signal: AbortSignal | undefined): Promise<void> {
    switch (duty) {
      case 'make-partitions':
        return this.partitions.makeAhead(now);
      case 'drop-partitions':
        return this.partitions.dropOld(now, signal);
      case 'prune-history':
        return this.pruning.prune(now, signal);
    }
  }

  #report(duty: Duty, cause: string, inARow: number): void {
    const line = { event: 'upkeep.failed', duty, cause, inARow };
    if (inARow === LASTING) this.logger.error(line, 'an upkeep duty keeps failing');
    else if (inARow === 1) this.logger.warn(line, 'an upkeep duty failed; retrying every minute');
  }
}
