import type { Run } from '../../database/statements.js';
import type { ProjectedHost } from './projected-rows.js';

/** An engine that went down keeps its name; one that came up by a short message keeps what only a snapshot tells of it. */
const ENGINE = `
  CASE WHEN r.engine IS NULL THEN s.engine
       WHEN jsonb_exists(r.engine, 'cause') THEN COALESCE(s.engine, '{}') || r.engine
       ELSE '{"os": "unknown", "architecture": "unknown"}' || (COALESCE(s.engine, '{}') - 'cause') || r.engine END`;

export async function writeHosts(run: Run, changes: readonly ProjectedHost[]): Promise<void> {
  if (changes.length === 0) return;
  await run(
    `UPDATE host_status s SET engine = ${ENGINE}, snapshot = COALESCE(r.snapshot, s.snapshot),
       wants_snapshot = COALESCE(r.wants_snapshot, s.wants_snapshot), agent_version = COALESCE(r.agent_version, s.agent_version)
     FROM jsonb_to_recordset($1::jsonb) AS r(host_id text, engine jsonb, snapshot text, wants_snapshot boolean, agent_version text)
     WHERE s.host_id = r.host_id AND s.host_id = ANY($2)`,
    [JSON.stringify(changes), changes.map(({ host_id: id }) => id)],
  );
}
