import { Inject, Injectable } from '@nestjs/common';
import type { HostId } from '@orrery/shared/contracts';
import type { Logger } from '@orrery/shared/runtime';
import { runIn, type Run } from '../database/statements.js';
import { Store } from '../database/store.js';
import { clearHostFindings } from '../findings/host-findings.js';
import { LOGGER } from '../logger.js';
import type { Loop } from '../loops/loop.js';
import { Recurring } from '../loops/recurring.js';
import { tellQuotas } from './note-quotas.js';
import { ROW_QUOTAS, type RowQuota } from './quotas.js';

const EVERY_MS = 30_000;
/**
 * A quota can be lifted when it was not reached for this long: longer than `noteQuotas` waits before it records it
 * again.
 */
const QUIET_SECONDS = 90;

/** How many rows of this kind a host has, and how many bytes. */
const HELD: Record<RowQuota, string> = {
  findings: `SELECT count(*) AS rows, 0 AS bytes FROM findings WHERE source = 'agent' AND host_id = q.host_id`,
  memberships: `SELECT count(*) AS rows, COALESCE(sum(octet_length(observed::text)), 0) AS bytes FROM membership_status WHERE host_id = q.host_id`,
  interfaces: `SELECT count(*) AS rows, COALESCE(sum(octet_length(observed::text)), 0) AS bytes FROM interfaces WHERE host_id = q.host_id`,
  paths: `SELECT count(*) AS rows, 0 AS bytes FROM paths WHERE host_id = q.host_id`,
  workloads: `SELECT count(*) AS rows, COALESCE(sum(octet_length(observed::text)), 0) AS bytes FROM workloads WHERE host_id = q.host_id`,
};

const isBelow = (Object.keys(HELD) as RowQuota[]).map((quota) => {
  const { rows, bytes } = ROW_QUOTAS[quota];
  const room = Number.isFinite(bytes) ? `AND held.bytes < ${bytes}` : '';
  return `WHEN '${quota}' THEN (SELECT held.rows < ${rows} ${room} FROM (${HELD[quota]}) held)`;
});

/** Lifts quotas that hosts no longer reach, and with the last one the finding that names the host. */
@Injectable()
export class QuotaKeeper implements Loop {
  constructor(
    private readonly store: Store,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** The one owner loop. Replicas do the same: the second one finds nothing to do. */
  run(signal: AbortSignal): Promise<void> {
    const failed = (cause: string) => this.logger.warn({ event: 'quotas.failed', cause }, 'cannot check quotas');
    return new Recurring({ everyMs: EVERY_MS, first: 'now', work: () => this.keep(), failed }).run(signal);
  }

  /** Runs once. `quietSeconds`: the minimum time since a quota was last reached. */
  keep(quietSeconds = QUIET_SECONDS): Promise<void> {
    return this.store.transaction((manager) => lift(runIn(manager), quietSeconds));
  }
}

async function lift(run: Run, quietSeconds: number): Promise<void> {
  const lifted = await run<{ host: HostId }>(
    `DELETE FROM host_quotas q WHERE q.met_at <= clock_timestamp() - make_interval(secs => $1)
        AND CASE q.quota ${isBelow.join(' ')} ELSE true END
     RETURNING q.host_id AS host`,
    [quietSeconds],
  );
  const hosts = [...new Set(lifted.map(({ host }) => host))];
  if (hosts.length === 0) return;
  // Rows beyond the quota were left out: a whole look brings them.
  await run('UPDATE host_status SET wants_snapshot = true WHERE host_id = ANY($1)', [hosts]);
  const left = await run<{ host: HostId }>('SELECT DISTINCT host_id AS host FROM host_quotas WHERE host_id = ANY($1)', [
    hosts,
  ]);
  const over = new Set(left.map(({ host }) => host));
  await clearHostFindings(
    run,
    hosts.filter((host) => !over.has(host)).map((host) => ({ host, code: 'host-over-quota' })),
  );
  await tellQuotas(run, [...over]);
}
