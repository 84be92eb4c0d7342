import type { HostId } from '@orrery/shared/contracts';
import type { Heard } from './presence-board.js';

/** How many unchanged heartbeats pass before the database notes again that a host was seen. */
export const SEEN_EVERY_BEATS = 6;

type Mark = Pick<Heard, 'epoch' | 'revision' | 'digest' | 'inventory' | 'at'>;

/**
 * What the database knows of each host's last heartbeat. Without this, rewriting the row of every quiet host at each
 * heartbeat would be most of the work of an idle Postgres.
 */
export class SeenMarks {
  readonly #marks = new Map<HostId, Mark>();
  readonly #everyMs: number;

  constructor(heartbeatMs: number) {
    this.#everyMs = SEEN_EVERY_BEATS * heartbeatMs;
  }

  /** Whether to write it to the database: it differs from the last one, or that was long ago. */
  isNews({ host, epoch, revision, digest, inventory, at }: Heard): boolean {
    const mark = this.#marks.get(host);
    if (!mark || at - mark.at >= this.#everyMs) return true;
    const isSame = mark.epoch === epoch && mark.revision === revision;
    return !isSame || mark.digest !== digest || mark.inventory !== inventory;
  }

  /** The database knows it now. */
  put({ host, epoch, revision, digest, inventory, at }: Heard): void {
    this.#marks.set(host, { epoch, revision, digest, inventory, at });
  }

  /**
   * A closed epoch of this host sent a heartbeat, so every heartbeat must show whether a newer epoch sends some as
   * well.
   */
  forget(host: HostId): void {
    this.#marks.delete(host);
  }

  /** Another replica has written in the meantime. */
  clear(): void {
    this.#marks.clear();
  }
}
