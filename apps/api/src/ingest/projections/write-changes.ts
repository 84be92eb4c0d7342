import type { Run } from '../../database/statements.js';
import type { MetQuota } from '../../quotas/note-quotas.js';
import { partsOf, type ObservedChanges } from './observed-changes.js';
import { keepToQuotas } from './keep-to-quotas.js';
import { writeHosts } from './write-hosts.js';

/** A row with an older mark is replaced, a newer one stays. */
const newer = (table: string) => `(${table}.ordinal, ${table}.seq) <= (excluded.ordinal, excluded.seq)`;
const MARK = 'ordinal integer, seq bigint';

const UPSERT_NODES = `
  INSERT INTO node_status (node_id, host_id, state, cause, address, version, online, heard, heard_since, peers_known, ordinal, seq, updated_at)
  SELECT node_id, host_id, state, cause, address, version, online, heard, CASE WHEN heard IS NOT NULL THEN $2::timestamptz END,
    peers_known, ordinal, seq, $2 FROM jsonb_to_recordset($1::jsonb)
    AS r(node_id text, host_id text, state text, cause text, address text, version text, online boolean, heard boolean,
      peers_known boolean, ${MARK})
  ON CONFLICT (node_id) DO UPDATE SET state = excluded.state, cause = excluded.cause, online = excluded.online, heard = excluded.heard,
    heard_since = CASE WHEN excluded.heard = node_status.heard THEN node_status.heard_since ELSE excluded.heard_since END,
    address = COALESCE(excluded.address, node_status.address), version = COALESCE(excluded.version, node_status.version),
    peers_known = COALESCE(excluded.peers_known, node_status.peers_known),
    ordinal = excluded.ordinal, seq = excluded.seq, updated_at = excluded.updated_at WHERE ${newer('node_status')}`;

const UPSERT_CONTAINERS = `
  INSERT INTO container_status (node_id, host_id, observed, ordinal, seq, updated_at)
  SELECT node_id, host_id, observed, ordinal, seq, $2 FROM jsonb_to_recordset($1::jsonb)
    AS r(node_id text, host_id text, observed jsonb, ${MARK})
  ON CONFLICT (node_id) DO UPDATE SET observed = excluded.observed, ordinal = excluded.ordinal, seq = excluded.seq,
    updated_at = excluded.updated_at WHERE ${newer('container_status')}`;

const UPSERT_ROUTERS = `
  INSERT INTO router_status (node_id, host_id, observed, ordinal, seq, updated_at)
  SELECT node_id, host_id, observed, ordinal, seq, $2 FROM jsonb_to_recordset($1::jsonb)
    AS r(node_id text, host_id text, observed jsonb, ${MARK})
  ON CONFLICT (node_id) DO UPDATE SET observed = excluded.observed, ordinal = excluded.ordinal, seq = excluded.seq,
    updated_at = excluded.updated_at WHERE ${newer('router_status')}`;

const UPSERT_MEMBERSHIPS = `
  INSERT INTO membership_status (node_id, network_id, host_id, status, name, observed, ordinal, seq, updated_at)
  SELECT node_id, network_id, host_id, status, name, observed, ordinal, seq, $2 FROM jsonb_to_recordset($1::jsonb)
    AS r(node_id text, network_id text, host_id text, status text, name text, observed jsonb, ${MARK})
  ON CONFLICT (node_id, network_id) DO UPDATE SET status = excluded.status, name = excluded.name,
    observed = excluded.observed, ordinal = excluded.ordinal, seq = excluded.seq, updated_at = excluded.updated_at
    WHERE ${newer('membership_status')}`;

const UPSERT_INTERFACES = `
  INSERT INTO interfaces (node_id, device, host_id, network_id, observed, ordinal, seq, updated_at)
  SELECT node_id, device, host_id, network_id, observed, ordinal, seq, $2 FROM jsonb_to_recordset($1::jsonb)
    AS r(node_id text, device text, host_id text, network_id text, observed jsonb, ${MARK})
  ON CONFLICT (node_id, device) DO UPDATE SET network_id = COALESCE(excluded.network_id, interfaces.network_id),
    observed = excluded.observed, ordinal = excluded.ordinal, seq = excluded.seq, updated_at = excluded.updated_at
    WHERE ${newer('interfaces')}`;

const UPSERT_PATHS = `
  INSERT INTO paths (node_id, peer, host_id, role, path, endpoint, latency_ms, silent_since, since, ordinal, seq, updated_at)
  SELECT node_id, peer, host_id, role, path, endpoint, latency_ms, CASE WHEN silent THEN $2::timestamptz END, $2, ordinal, seq, $2 FROM jsonb_to_recordset($1::jsonb)
    AS r(node_id text, peer text, host_id text, role text, path text, endpoint text, latency_ms double precision, silent boolean, ${MARK})
  ON CONFLICT (node_id, peer) DO UPDATE SET role = excluded.role, path = excluded.path, endpoint = excluded.endpoint,
    latency_ms = excluded.latency_ms,
    silent_since = CASE WHEN excluded.silent_since IS NULL THEN NULL ELSE COALESCE(paths.silent_since, excluded.silent_since) END, since = CASE WHEN excluded.path = paths.path THEN paths.since ELSE excluded.since END,
    ordinal = excluded.ordinal, seq = excluded.seq, updated_at = excluded.updated_at WHERE ${newer('paths')}`;

const UPSERT_WORKLOADS = `
  INSERT INTO workloads (host_id, workload, observed, ordinal, seq, updated_at)
  SELECT host_id, workload, observed, ordinal, seq, $2 FROM jsonb_to_recordset($1::jsonb)
    AS r(host_id text, workload text, observed jsonb, ${MARK})
  ON CONFLICT (host_id, workload) DO UPDATE SET observed = excluded.observed, ordinal = excluded.ordinal, seq = excluded.seq,
    updated_at = excluded.updated_at WHERE ${newer('workloads')}`;

/** Only for items that are still desired here; an outcome at an older revision does not hide the newer one. */
const UPSERT_ITEMS = `
  INSERT INTO item_status (item_id, host_id, revision, outcome, ordinal, seq, updated_at)
  SELECT r.item_id, r.host_id, r.revision, r.outcome, r.ordinal, r.seq, $2 FROM jsonb_to_recordset($1::jsonb)
    AS r(item_id text, host_id text, revision bigint, outcome jsonb, ${MARK})
    JOIN items i ON i.id = r.item_id AND i.host_id = r.host_id
  ON CONFLICT (item_id) DO UPDATE SET revision = excluded.revision, outcome = excluded.outcome, ordinal = excluded.ordinal,
    seq = excluded.seq, updated_at = excluded.updated_at WHERE item_status.revision <= excluded.revision`;

/** Findings of the API have another source, and stay as they are. */
const UPSERT_FINDINGS = `
  INSERT INTO findings (source, host_id, code, node_id, network_id, item_id, severity, cause, fix, facts, ordinal, seq, since)
  SELECT 'agent', host_id, code, node_id, network_id, item_id, severity, cause, fix, facts, ordinal, seq, $2 FROM jsonb_to_recordset($1::jsonb)
    AS r(host_id text, code text, node_id text, network_id text, item_id text, severity text, cause text, fix text, facts jsonb, ${MARK})
  ON CONFLICT (host_id, source, code, node_id, network_id, item_id) DO UPDATE SET severity = excluded.severity,
    cause = excluded.cause, fix = excluded.fix, facts = excluded.facts, ordinal = excluded.ordinal, seq = excluded.seq`;

/**
 * One statement per changed table, whatever the number of hosts. Rows beyond the quotas of a host are left out; returns
 * the hosts concerned.
 */
export async function writeChanges(run: Run, changes: ObservedChanges, now: Date): Promise<MetQuota[]> {
  const { sweeps } = changes;
  await sweep(run, sweeps.containers, 'container_status', 'host_id', 'node_id');
  await sweep(run, sweeps.workloads, 'workloads', 'host_id', 'workload');
  for (const table of ['node_status', 'router_status', 'membership_status', 'interfaces', 'paths'])
    await sweep(run, sweeps.nodes, table, 'host_id', 'node_id');
  await sweep(run, sweeps.memberships, 'membership_status', 'node_id', 'network_id');
  await sweep(run, sweeps.interfaces, 'interfaces', 'node_id', 'device');
  await sweep(run, sweeps.paths, 'paths', 'node_id', 'peer');
  await remove(run, changes.containers, 'container_status', ['node_id']);
  await remove(run, changes.nodes, 'node_status', ['node_id']);
  await remove(run, changes.routers, 'router_status', ['node_id']);
  await remove(run, changes.memberships, 'membership_status', ['node_id', 'network_id']);
  await remove(run, changes.interfaces, 'interfaces', ['node_id', 'device']);
  await remove(run, changes.paths, 'paths', ['node_id', 'peer']);
  await remove(run, changes.workloads, 'workloads', ['host_id', 'workload']);
  await remove(run, changes.findings, 'findings', ['host_id', 'code', 'node_id', 'network_id', 'item_id', 'source']);
  const met = await keepToQuotas(run, changes);
  await upsert(run, UPSERT_CONTAINERS, changes.containers, now);
  await upsert(run, UPSERT_NODES, changes.nodes, now);
  await upsert(run, UPSERT_ROUTERS, changes.routers, now);
  await upsert(run, UPSERT_MEMBERSHIPS, changes.memberships, now);
  await upsert(run, UPSERT_INTERFACES, changes.interfaces, now);
  await upsert(run, UPSERT_PATHS, changes.paths, now);
  await upsert(run, UPSERT_WORKLOADS, changes.workloads, now);
  await upsert(run, UPSERT_ITEMS, changes.items, now);
  await upsert(run, UPSERT_FINDINGS, changes.findings, now);
  await writeHosts(run, [...changes.hosts.values()]);
  return met;
}

/**
 * The list of owners once more, as an array: the planner assumes 100 rows for JSON, and would rather scan the table.
 */
async function sweep(
  run: Run,
  sweeps: ObservedChanges['sweeps']['nodes'],
  table: string,
  owner: string,
  key: string,
): Promise<void> {
  if (sweeps.size === 0) return;
  await run(
    `DELETE FROM ${table} t USING jsonb_to_recordset($1::jsonb) AS r(owner text, keep jsonb)
     WHERE t.${owner} = r.owner AND t.${owner} = ANY($2) AND NOT jsonb_exists(r.keep, t.${key})`,
    [JSON.stringify([...sweeps.values()]), [...sweeps.keys()]],
  );
}

async function remove(run: Run, rows: Map<string, unknown>, table: string, columns: string[]): Promise<void> {
  const gone = [...rows].flatMap(([key, row]) => (row === null ? [partsOf(key)] : []));
  if (gone.length === 0) return;
  await run(
    `DELETE FROM ${table} t USING jsonb_array_elements($1::jsonb) AS r
     WHERE ${columns.map((column, index) => `t.${column} = r.value ->> ${index}`).join(' AND ')} AND t.${columns[0]} = ANY($2)`,
    [JSON.stringify(gone), [...new Set(gone.map(([first]) => first))]],
  );
}

async function upsert(run: Run, statement: string, rows: Map<string, unknown>, now: Date): Promise<void> {
  const present = [...rows.values()].filter((row) => row !== null);
  if (present.length > 0) await run(statement, [JSON.stringify(present), now]);
}
