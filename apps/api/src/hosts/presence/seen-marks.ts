import type { HostId } from '@orrery/shared/contracts';
import type { Heard } from './presence-board.js';

/** While nothing else is new, so many beats pass before the database hears again that a host was seen. */
export const SEEN_EVERY_BEATS = 6;

type Mark = Pick<Heard, 'epoch' | 'revision' | 'digest' | 'inventory' | 'at'>;

/**
 * What the database knows of the last beat of each host. A quiet host beats without anything new, and a row that is rewritten for each of
 * its beats would be most of what Postgres does at rest.
 */
export class SeenMarks {
  readonly #marks = new Map<HostId, Mark>();
  readonly #everyMs: number;

  constructor(heartbeatMs: number) {
    this.#everyMs = SEEN_EVERY_BEATS * heartbeatMs;
  }

  /** Whether the database is to hear of it: what it says is another than the last, or the last was long ago. */
  isNews({ host, epoch, revision, digest, inventory, at }: Heard): boolean {
    const mark = this.#marks.get(host);
    if (!mark || at - mark.at >= this.#everyMs) return true;
    const isSame = mark.epoch === epoch && mark.revision === revision;
    return !isSame || mark.digest !== digest || mark.inventory !== inventory;
  }

  /** The database knows of it now. */
  put({ host, epoch, revision, digest, inventory, at }: Heard): void {
    this.#marks.set(host, { epoch, revision, digest, inventory, at });
  }

  /** A closed epoch of this host speaks: whether a newer one speaks in between is to be known at each beat. */
  forget(host: HostId): void {
    this.#marks.delete(host);
  }

  /** Another replica has written meanwhile. */
  clear(): void {
    this.#marks.clear();
  }
}
