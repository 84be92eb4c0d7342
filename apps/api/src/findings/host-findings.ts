import type { FindingCode, FindingData, HostId, ItemId, NetworkId, NodeId } from '@orrery/shared/contracts';
import { fitText, MAX_CAUSE, MAX_FIX } from '@orrery/shared/contracts';
import type { Sql } from '../database/sql.js';
import type { Run } from '../database/statements.js';

/** Identifies a finding: there is at most one row for each key. */
export interface HostFindingKey {
  host: HostId;
  code: FindingCode;
  node?: NodeId | null;
  network?: NetworkId | null;
  item?: ItemId | null;
}
export type HostFinding = HostFindingKey & FindingData;

/**
 * Findings about a host that the API itself diagnoses. They stand beside those of the host's agent (`findings.source`):
 * neither side ever changes or clears the findings of the other, so no agent can hide what the API found. Each call is
 * one statement: it can run in an HTTP transaction, in that of ingest (pass its `Run`), or in none, as in a loop. The
 * events `finding.raised` and `finding.cleared` go through the outbox together with the change. Raising a finding again
 * with the same words writes nothing. A removed host has no findings.
 */
export async function raiseHostFindings(sql: Sql | Run, findings: readonly HostFinding[]): Promise<void> {
  if (findings.length === 0) return;
  const last = new Map(findings.map((finding) => [JSON.stringify(keyOf(finding)), finding]));
  const rows = [...last.values()].map((finding) => ({
    ...keyOf(finding),
    severity: finding.severity,
    cause: fitText(printable(finding.cause), MAX_CAUSE),
    fix: fitText(printable(finding.fix), MAX_FIX),
  }));
  await runOf(sql)(RAISE, [JSON.stringify(rows)]);
}

export const raiseHostFinding = (sql: Sql | Run, finding: HostFinding) => raiseHostFindings(sql, [finding]);

/** The opposite: clearing a missing finding does nothing, and is no event. */
export async function clearHostFindings(sql: Sql | Run, keys: readonly HostFindingKey[]): Promise<void> {
  if (keys.length === 0) return;
  await runOf(sql)(CLEAR, [JSON.stringify(keys.map(keyOf)), [...new Set(keys.map(({ host }) => host))]]);
}

export const clearHostFinding = (sql: Sql | Run, key: HostFindingKey) => clearHostFindings(sql, [key]);

const keyOf = ({ host, code, node, network, item }: HostFindingKey) => ({
  host_id: host,
  code,
  node_id: node ?? '',
  network_id: network ?? '',
  item_id: item ?? '',
});

/** A cause may quote a host; Postgres stores neither NUL nor unpaired surrogates. */
const printable = (text: string) => text.replaceAll('\0', '\\0').replaceAll(/\p{Surrogate}/gu, '\ufffd');

const runOf = (sql: Sql | Run): ((text: string, parameters: unknown[]) => Promise<unknown>) =>
  typeof sql === 'function' ? sql : (text, parameters) => sql.query(text, parameters);

const KEY = 'host_id text, code text, node_id text, network_id text, item_id text';
const ABOUT = `'source', 'api', 'node', NULLIF(node_id, ''), 'network', NULLIF(network_id, ''), 'item', NULLIF(item_id, '')`;
const REFS = `host_id, NULLIF(node_id, ''), NULLIF(network_id, '')`;

const RAISE = `
  WITH raised AS (
    INSERT INTO findings (source, host_id, code, node_id, network_id, item_id, severity, cause, fix, ordinal, seq, since)
    SELECT 'api', r.host_id, r.code, r.node_id, r.network_id, r.item_id, r.severity, r.cause, r.fix, 0, 0, clock_timestamp()
      FROM jsonb_to_recordset($1::jsonb) AS r(${KEY}, severity text, cause text, fix text)
      JOIN hosts h ON h.id = r.host_id AND h.removed_at IS NULL
     ORDER BY r.host_id, r.code, r.node_id, r.network_id, r.item_id
    ON CONFLICT (host_id, source, code, node_id, network_id, item_id) DO UPDATE
      SET severity = excluded.severity, cause = excluded.cause, fix = excluded.fix
      WHERE (findings.severity, findings.cause, findings.fix) IS DISTINCT FROM (excluded.severity, excluded.cause, excluded.fix)
    RETURNING *)
  INSERT INTO outbox (type, host_id, node_id, network_id, data)
  SELECT 'finding.raised', ${REFS}, jsonb_build_object(${ABOUT}, 'finding',
           jsonb_build_object('code', code, 'severity', severity, 'cause', cause, 'fix', fix)) FROM raised`;

/**
 * The hosts are also passed as a list: the planner knows no size of a JSON document, and would read the whole table.
 */
const CLEAR = `
  WITH cleared AS (
    DELETE FROM findings f USING jsonb_to_recordset($1::jsonb) AS r(${KEY})
     WHERE f.source = 'api' AND f.host_id = ANY($2) AND f.host_id = r.host_id AND f.code = r.code AND f.node_id = r.node_id
       AND f.network_id = r.network_id AND f.item_id = r.item_id
    RETURNING f.*)
  INSERT INTO outbox (type, host_id, node_id, network_id, data)
  SELECT 'finding.cleared', ${REFS}, jsonb_build_object(${ABOUT}, 'code', code) FROM cleared`;
