import type { HostId } from '@orrery/shared/contracts';
import type { Batch } from './batch.js';

/**
 * How many events of a host are stored at a time, where that was found to be fewer than it sends: Postgres gave up in the middle. The same
 * batch as it is would meet the same time-out for ever. Halved at each time-out, doubled at each success, forgotten when a batch passes
 * whole.
 */
export class BatchSizes {
  readonly #most = new Map<HostId, number>();

  /** Whether this host's last batch took too long: it is stored apart from the others, which must not pay for it. */
  isSlow(host: HostId): boolean {
    return this.#most.has(host);
  }

  /** As much of the batch as is stored at a time. The host learns from the cursor what is left, and sends it again. */
  cut(batch: Batch): Batch {
    const most = this.#most.get(batch.host);
    return most === undefined || batch.events.length <= most
      ? batch
      : { ...batch, events: batch.events.slice(0, most) };
  }

  timedOut({ host, events }: Batch): void {
    this.#most.set(host, Math.max(1, Math.floor(events.length / 2)));
  }

  /** `part` of `batch` was stored. */
  passed(batch: Batch, part: Batch): void {
    if (part.events.length === batch.events.length) this.#most.delete(batch.host);
    else this.#most.set(batch.host, part.events.length * 2);
  }
}
