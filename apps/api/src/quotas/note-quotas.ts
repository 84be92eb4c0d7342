import type { HostId } from '@orrery/shared/contracts';
import type { Run } from '../database/statements.js';
import { raiseHostFindings } from '../findings/host-findings.js';
import { overQuota, type Quota } from './quotas.js';

export interface MetQuota {
  host: HostId;
  quota: Quota;
}

/** A quota that is reached over and over is recorded at most this often. */
const AGAIN = '30 seconds';

/**
 * Records which hosts have just reached which quotas, and names these hosts in a finding. Runs in the transaction of
 * ingest.
 */
export async function noteQuotas(run: Run, met: readonly MetQuota[]): Promise<void> {
  if (met.length === 0) return;
  const distinct = new Map(met.map(({ host, quota }) => [`${host} ${quota}`, { host, quota }]));
  const hosts = await run<{ host_id: HostId }>(
    `INSERT INTO host_quotas (host_id, quota, met_at)
     SELECT r.host, r.quota, clock_timestamp() FROM jsonb_to_recordset($1::jsonb) AS r(host text, quota text)
       JOIN hosts h ON h.id = r.host AND h.removed_at IS NULL ORDER BY r.host, r.quota
     ON CONFLICT (host_id, quota) DO UPDATE SET met_at = excluded.met_at
       WHERE host_quotas.met_at < excluded.met_at - interval '${AGAIN}'
     RETURNING host_id`,
    [JSON.stringify([...distinct.values()])],
  );
  if (hosts.length > 0)
    await tellQuotas(
      run,
      hosts.map(({ host_id }) => host_id),
    );
}

/** Writes the findings of those of these hosts that still reach quotas. */
export async function tellQuotas(run: Run, hosts: readonly HostId[]): Promise<void> {
  const rows = await run<{ host: HostId; name: string; quotas: Quota[] }>(
    `SELECT q.host_id AS host, h.name, array_agg(q.quota) AS quotas FROM host_quotas q JOIN hosts h ON h.id = q.host_id
      WHERE q.host_id = ANY($1) GROUP BY q.host_id, h.name`,
    [hosts],
  );
  await raiseHostFindings(
    run,
    rows.map(({ host, name, quotas }) => ({ host, ...overQuota(quotas, name) })),
  );
}
