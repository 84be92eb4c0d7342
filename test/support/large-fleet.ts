import { newId } from '@orrery/shared/runtime';

export interface FleetSize {
  hosts: number;
  nodesPerHost: number;
  networks: number;
  networksPerNode: number;
  /** Peers that each node lists. */
  peersPerNode?: number;
}

/** One statement with its values. */
type RunSql = (text: string, values?: unknown[]) => Promise<unknown>;

const hex = (number: number) => number.toString(16).padStart(10, '0');
export const largeFleetNetwork = (number: number) => `8056c2e21c${String(number).padStart(6, '0')}`;

/**
 * Rows as joins, commands and reports write them, of hosts `web-1` … with nodes `web-1` (the host's own), `web-1/c1` …
 * By hand, because agents would take minutes. Addresses are spread, and a tenth of all items wait, as in a real fleet.
 */
export async function fillFleet(sql: RunSql, size: FleetSize): Promise<void> {
  const hosts = Array.from({ length: size.hosts }, (_, at) => ({
    id: newId('hst'),
    node: newId('nod'),
    name: `web-${at + 1}`,
  }));
  await sql(
    `INSERT INTO hosts (id, name, installation, node_id, labels)
     SELECT id, name, 'installation-' || id, node, jsonb_build_object('site', (ARRAY['fra', 'ams', 'iad', 'sin'])[1 + (hashtext(name) & 3)])
       FROM jsonb_to_recordset($1::jsonb) AS r(id text, name text, node text)`,
    [JSON.stringify(hosts)],
  );
  await sql(
    `INSERT INTO host_status (host_id, presence, last_seen_at) SELECT id, 'online', now() + interval '1 h' FROM hosts ON CONFLICT DO NOTHING`,
  );
  await addNodes(sql, hosts, size);
  await addMemberships(sql, size);
  await addPaths(sql, size);
}

async function addNodes(sql: RunSql, hosts: readonly { id: string; node: string }[], size: FleetSize): Promise<void> {
  const nodes = hosts.flatMap(({ id, node }, host) =>
    Array.from({ length: size.nodesPerHost }, (_, at) => ({
      ...{ id: at === 0 ? node : newId('nod'), host: id, kind: at === 0 ? 'host' : 'container', name: `c${at}` },
      // An odd factor gives each number an address of its own.
      ...{ address: hex(((host * size.nodesPerHost + at + 1) * 362_436_069) % 2 ** 40) },
      ...{ item: newId('itm'), container: newId('ctr') },
    })),
  );
  const NODES = `jsonb_to_recordset($1::jsonb) AS r(id text, host text, kind text, name text, address text, item text, container text)`;
  const given = JSON.stringify(nodes);
  await sql(`INSERT INTO nodes (id, host_id, kind) SELECT id, host, kind FROM ${NODES}`, [given]);
  await sql(
    `INSERT INTO node_status (node_id, host_id, state, address, version, online, heard, heard_since, ordinal, seq, updated_at)
     SELECT id, host, 'up', address, '1.14.1', true, true, now(), 1, 1, now() FROM ${NODES}`,
    [given],
  );
  await sql(
    `INSERT INTO items (id, host_id, node_id, kind, intent, revision, body)
     SELECT item, host, id, 'container', 'present', 1, '{"name": "c", "incarnation": 1, "image": null, "limits": {"memoryMb": 128, "pids": 128}}' FROM ${NODES} WHERE kind = 'container'`,
    [given],
  );
  await sql(
    `INSERT INTO containers (id, host_id, node_id, item_id, name) SELECT container, host, id, item, name FROM ${NODES} WHERE kind = 'container'`,
    [given],
  );
}

async function addMemberships(sql: RunSql, size: FleetSize): Promise<void> {
  await sql(
    `INSERT INTO networks (id, name) SELECT '8056c2e21c' || lpad(n::text, 6, '0'), 'net-' || n FROM generate_series(1, $1::int) n`,
    [size.networks],
  );
  await sql(
    `INSERT INTO items (id, host_id, node_id, kind, intent, revision, body)
     SELECT 'itm_' || substr(translate(md5(n.id || k), '0189', 'abcd'), 1, 20), n.host_id, n.id, 'membership', 'present', 1,
            jsonb_build_object('network', '8056c2e21c' || lpad(k::text, 6, '0'), 'settings', '{}'::jsonb)
       FROM nodes n, generate_series(1, $1::int) k`,
    [size.networksPerNode],
  );
  await sql(
    `INSERT INTO memberships (node_id, network_id, host_id, item_id)
     SELECT node_id, body ->> 'network', host_id, id FROM items WHERE kind = 'membership'`,
  );
  await sql(
    `INSERT INTO item_status (item_id, host_id, revision, outcome, ordinal, seq, updated_at)
     SELECT id, host_id, 1, CASE WHEN hashtext(id) % 10 = 0 THEN '{"kind": "waiting", "code": "authorization", "cause": "the controller has not authorized it", "fix": "yes"}'::jsonb ELSE '{"kind": "done"}' END,
            1, 1, now() FROM items`,
  );
  const ADDRESS = `'10.' || right(network_id, 2)::int || '.' || (abs(hashtext(node_id)) % 16) || '.' || (1 + abs(hashtext(node_id || 'x')) % 254) || '/20'`;
  await sql(
    `INSERT INTO membership_status (node_id, network_id, host_id, status, name, observed, ordinal, seq, updated_at)
     SELECT node_id, network_id, host_id, 'OK', 'net', jsonb_build_object('device', 'zt' || substr(md5(network_id), 1, 8), 'addresses', jsonb_build_array(${ADDRESS})), 1, 1, now() FROM memberships`,
  );
  await sql(
    `INSERT INTO interfaces (node_id, device, host_id, network_id, observed, ordinal, seq, updated_at)
     SELECT node_id, 'zt' || substr(md5(network_id), 1, 8), host_id, network_id, jsonb_build_object('up', true, 'addresses', jsonb_build_array(${ADDRESS}), 'routes', '[]'::jsonb), 1, 1, now() FROM memberships`,
  );
}

/** A twentieth of the paths is relayed. */
async function addPaths(sql: RunSql, { peersPerNode = 0 }: FleetSize): Promise<void> {
  await sql(
    `WITH numbered AS (SELECT node_id, host_id, address, row_number() OVER (ORDER BY address) - 1 AS place, count(*) OVER () AS all_of FROM node_status)
     INSERT INTO paths (node_id, peer, host_id, role, path, endpoint, latency_ms, since, ordinal, seq, updated_at)
     SELECT n.node_id, q.address, n.host_id, 'LEAF', CASE WHEN hashtext(n.node_id) % 20 = 0 THEN 'relayed' ELSE 'direct' END,
            '198.51.100.1/25000', 1 + abs(hashtext(n.node_id || k)) % 90, now(), 1, 1, now()
       FROM numbered n CROSS JOIN generate_series(1, $1::int) k
       JOIN numbered q ON q.place = (n.place + k * 37) % n.all_of AND q.node_id <> n.node_id
     ON CONFLICT DO NOTHING`,
    [peersPerNode],
  );
}
