import { Inject, Injectable } from '@nestjs/common';
import type { Host, HostId } from '@orrery/shared/contracts';
import { describeError, type Logger } from '@orrery/shared/runtime';
import type { Run } from '../../database/statements.js';
import { Store } from '../../database/store.js';
import { LOGGER } from '../../logger.js';
import { forgetHost } from '../forget-host.js';

/** Judging must not wait for long, so any remaining hosts are removed in the next step. */
const MOST_AT_ONCE = 20;

/**
 * A host that was never heard of counts as unreachable as well. An `unknown` host does not, because its state cannot be
 * determined.
 */
const AWAY = `h.ephemeral_seconds IS NOT NULL AND h.removed_at IS NULL AND s.presence IN ('unreachable', 'joined')`;

/**
 * Removes ephemeral hosts that were unreachable for long enough. The time is stored in the database, so a restart loses
 * at most one step.
 */
@Injectable()
export class EphemeralHosts {
  constructor(
    private readonly store: Store,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /**
   * Adds this time to the unreachable hosts, on the connection of the leading replica, and removes those that are due.
   */
  async wasAway(run: Run, ms: number): Promise<void> {
    const counted = await run<{ host: HostId; due: boolean }>(
      `WITH mine AS (SELECT s.host_id, h.ephemeral_seconds FROM host_status s JOIN hosts h ON h.id = s.host_id
         WHERE ${AWAY} ORDER BY s.host_id FOR NO KEY UPDATE OF s)
       UPDATE host_status s SET away_seconds = s.away_seconds + $1 FROM mine WHERE mine.host_id = s.host_id
       RETURNING s.host_id AS host, s.away_seconds >= mine.ephemeral_seconds AS due`,
      [ms / 1000],
    );
    for (const { host } of counted.filter(({ due }) => due).slice(0, MOST_AT_ONCE)) await this.#remove(host);
  }

  /** A host that cannot be removed now is tried again in the next step, and does not delay the others. */
  async #remove(id: HostId): Promise<void> {
    try {
      const host = await this.store.transaction(async (transaction) => {
        const [due] = await transaction.query<Pick<Host, 'id' | 'name' | 'labels'>[]>(
          `SELECT h.id, h.name, h.labels FROM hosts h JOIN host_status s ON s.host_id = h.id
            WHERE h.id = $1 AND ${AWAY} AND s.away_seconds >= h.ephemeral_seconds FOR UPDATE OF h`,
          [id],
        );
        if (due) await forgetHost(transaction, due, 'ephemeral');
        return due;
      });
      if (host) this.logger.info({ event: 'host.vanished', host: id, name: host.name }, 'removed an ephemeral host');
    } catch (error) {
      const cause = describeError(error);
      this.logger.warn({ event: 'host.stays', host: id, cause }, 'cannot remove an ephemeral host yet');
    }
  }
}
