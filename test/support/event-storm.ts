/** One statement with its values. */
type RunSql = (text: string, values?: unknown[]) => Promise<unknown>;

/** Of a hundred events of a storm. */
const SHARES = { interfaces: 40, nodes: 25, paths: 25, presence: 6, findings: 4 };

const OUTBOX = 'INSERT INTO outbox (type, host_id, node_id, network_id, data)';
const SOME_NODES = 'SELECT * FROM node_status ORDER BY random() LIMIT $1';

const INTERFACES = `
  WITH chosen AS (SELECT node_id, device FROM interfaces ORDER BY random() LIMIT $1),
  changed AS (
    UPDATE interfaces i SET observed = jsonb_set(i.observed, '{addresses}', jsonb_build_array('10.9.' || (random() * 250)::int || '.' || (random() * 250)::int || '/16'))
      FROM chosen s WHERE i.node_id = s.node_id AND i.device = s.device RETURNING i.*)
  ${OUTBOX} SELECT 'interface.changed', host_id, node_id, network_id,
         jsonb_build_object('node', node_id, 'network', network_id, 'device', device, 'after',
           observed || jsonb_build_object('device', device, 'mac', '02:00:00:00:00:01', 'mtu', 2800)) FROM changed`;

const NODES = `
  ${OUTBOX} SELECT CASE WHEN random() < 0.5 THEN 'node.heard' ELSE 'node.online' END, host_id, node_id, NULL,
         jsonb_build_object('node', node_id, 'after', jsonb_build_object('address', address, 'version', version, 'online', true, 'heard', true))
    FROM (${SOME_NODES}) n`;

const PATHS = `
  WITH chosen AS (SELECT node_id, peer FROM paths ORDER BY random() LIMIT $1),
  changed AS (
    UPDATE paths p SET latency_ms = 1 + (random() * 90)::int FROM chosen s WHERE p.node_id = s.node_id AND p.peer = s.peer RETURNING p.*)
  ${OUTBOX} SELECT 'path.' || path, host_id, node_id, NULL,
         jsonb_build_object('node', node_id, 'after', jsonb_build_object('address', peer, 'role', role, 'path', path, 'latencyMs', latency_ms, 'endpoint', endpoint))
    FROM changed`;

/** Those that were away come back. */
const PRESENCE = `
  WITH chosen AS (SELECT host_id FROM host_status ORDER BY presence = 'online', random() LIMIT $1),
  changed AS (
    UPDATE host_status h SET presence = CASE h.presence WHEN 'online' THEN 'unreachable' ELSE 'online' END
      FROM chosen s WHERE h.host_id = s.host_id RETURNING h.*)
  ${OUTBOX} SELECT 'host.' || c.presence, c.host_id, NULL, NULL, jsonb_build_object('name', h.name, 'cause', 'the storm') FROM changed c JOIN hosts h ON h.id = c.host_id`;

const CLEARED = `
  WITH gone AS (DELETE FROM findings WHERE code = 'not-heard' RETURNING *)
  ${OUTBOX} SELECT 'finding.cleared', host_id, node_id, NULL, jsonb_build_object('node', node_id, 'network', NULL, 'item', NULL, 'code', code) FROM gone`;

const RAISED = `
  WITH raised AS (
    INSERT INTO findings (host_id, node_id, code, severity, cause, fix, ordinal, seq, since)
    SELECT host_id, node_id, 'not-heard', 'error', 'nobody is heard', 'x', 1, 1, now() FROM (${SOME_NODES}) n RETURNING *)
  ${OUTBOX} SELECT 'finding.raised', host_id, node_id, NULL, jsonb_build_object('node', node_id, 'network', NULL, 'item', NULL,
         'finding', jsonb_build_object('code', code, 'severity', severity, 'cause', cause, 'fix', fix)) FROM raised`;

/**
 * Changes what is stored of a fleet (`fillFleet`), and records the events of that, as ingest and the API do: `count` events or a few more or
 * less. By hand, because agents on one machine cannot do this hundreds of times a second.
 */
export async function blow(sql: RunSql, count: number, of: Partial<typeof SHARES> = SHARES): Promise<void> {
  const all = Object.values(of).reduce((sum, share) => sum + share, 0);
  const part = (share = 0) => Math.round((count * share) / all);
  if (of.interfaces) await sql(INTERFACES, [part(of.interfaces)]);
  if (of.nodes) await sql(NODES, [part(of.nodes)]);
  if (of.paths) await sql(PATHS, [part(of.paths)]);
  if (of.presence) await sql(PRESENCE, [part(of.presence)]);
  if (of.findings) {
    await sql(CLEARED);
    await sql(RAISED, [part(of.findings)]);
  }
}
