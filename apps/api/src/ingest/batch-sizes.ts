import type { HostId } from '@orrery/shared/contracts';
import type { Batch } from './batch.js';

/**
 * How many events of a host are stored at a time, if that must be fewer than it sends because Postgres timed out. The
 * same batch would hit the same timeout forever. Halved at each timeout, doubled at each success, forgotten when a
 * batch passes whole.
 */
export class BatchSizes {
  readonly #most = new Map<HostId, number>();

  /** Whether this host's last batch took too long: it is stored apart from the others, which must not pay for it. */
  isSlow(host: HostId): boolean {
    return this.#most.has(host);
  }

  /**
   * The part of the batch that is stored at a time. The cursor tells the host what is left, and it sends that again.
   */
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
