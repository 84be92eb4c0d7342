/**
 * Nodes of hosts that are not removed, with the names that people write: HOST for its own daemon, HOST/CONTAINER for a
 * container's. Use as `FROM ${NAMED_NODES} n`.
 */
export const NAMED_NODES = `(
  SELECT node.id, node.kind, node.host_id, host.name AS host_name, host.simulated, container.id AS container_id,
         CASE WHEN node.kind = 'host' THEN '' ELSE COALESCE(container.name, node.id) END AS own_name,
         CASE WHEN node.kind = 'host' THEN host.name ELSE host.name || '/' || COALESCE(container.name, node.id) END AS name
    FROM nodes node
    JOIN hosts host ON host.id = node.host_id AND host.removed_at IS NULL
    LEFT JOIN containers container ON container.node_id = node.id)`;

/** The same name, of a row with these columns. */
export const nodeName = (alias: string) =>
  `CASE WHEN ${alias}.kind = 'host' THEN ${alias}.host_name ELSE ${alias}.host_name || '/' || ${alias}.own_name END`;

/** Their usual order: by host, and its own daemon first. An index has the hosts in it, so a page is found without the others. */
export const BY_NODE_NAME = [{ sql: 'n.host_name' }, { sql: 'n.own_name' }] as const;
