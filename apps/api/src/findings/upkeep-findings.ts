import { explain } from '@orrery/shared/contracts';
import type { Duty } from '../database/upkeep-failures.js';

/** The duties of upkeep that have an explanation and a fix; the cause is in Postgres's words. */
const DUTIES: Record<Duty, true> = { 'make-partitions': true, 'drop-partitions': true, 'prune-history': true };

const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;
const told = (Object.keys(DUTIES) as Duty[]).map((duty) => {
  const { cause, fix } = explain(`upkeep-failed/${duty}`, { error: '' });
  return `(${[duty, cause, fix].map(quoted).join(', ')})`;
});

/**
 * Failures of the API's own upkeep, as rows like those of `findings`, but without a host. Only for tokens that see
 * everything: others cannot fix the database. The duty takes the place of an item: it is part of the key, and is not
 * shown.
 */
export const UPKEEP_FINDINGS = `
  SELECT NULL::text AS host_id, 'api' AS source, 'upkeep-failed' AS code, '' AS node_id, '' AS network_id, u.duty AS item_id,
         CASE WHEN u.since < now() - interval '1 day' THEN 'error' ELSE 'warning' END AS severity,
         told.what || u.cause AS cause, told.fix, NULL::jsonb AS facts, u.since
    FROM upkeep_failures u JOIN (VALUES ${told.join(', ')}) AS told(duty, what, fix) ON told.duty = u.duty`;
