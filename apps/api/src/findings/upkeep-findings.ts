import type { Duty } from '../database/upkeep-failures.js';

/** What a duty of upkeep means to a person, and what to do when it fails; the cause is in Postgres's words. */
const TOLD: Record<Duty, { what: string; fix: string }> = {
  'make-partitions': {
    what: 'cannot make the partitions of events for the coming days',
    fix: 'Fix the cause in Postgres: disk space, permissions, or a long transaction. Events go to the default partition meanwhile.',
  },
  'drop-partitions': {
    what: 'cannot drop the partitions of events beyond the retention',
    fix: 'Fix the cause in Postgres; a lock timeout means that a long transaction reads events. The disk fills up meanwhile.',
  },
  'prune-history': {
    what: 'cannot remove commands and other history beyond the retention',
    fix: 'Fix the cause in Postgres: disk space, permissions, or a statement that takes too long. The disk fills up meanwhile.',
  },
};

const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;
const told = Object.entries(TOLD).map(([duty, { what, fix }]) => `(${[duty, what, fix].map(quoted).join(', ')})`);

/**
 * What fails of the API's own upkeep, as rows like those of `findings`, but of no host. For tokens that see everything: whoever sees some
 * hosts can do nothing about the database. The duty stands where an item would: it is part of the key, and is not shown.
 */
export const UPKEEP_FINDINGS = `
  SELECT NULL::text AS host_id, 'api' AS source, 'upkeep-failed' AS code, '' AS node_id, '' AS network_id, u.duty AS item_id,
         CASE WHEN u.since < now() - interval '1 day' THEN 'error' ELSE 'warning' END AS severity,
         told.what || ': ' || u.cause AS cause, told.fix, u.since
    FROM upkeep_failures u JOIN (VALUES ${told.join(', ')}) AS told(duty, what, fix) ON told.duty = u.duty`;
