import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How nodes reach their peers. */
export class Paths1764000000025 implements MigrationInterface {
  readonly name = 'Paths1764000000025';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(SCHEMA);
  }

  async down(): Promise<void> {
    throw new Error('this migration cannot be undone: restore a backup');
  }
}

const SCHEMA = `
CREATE TABLE paths (                          -- written by ingest alone
  node_id text NOT NULL,
  peer text NOT NULL,                         -- its ZeroTier address; a peer that a node does not list has no row
  host_id text NOT NULL REFERENCES hosts ON DELETE CASCADE,
  role text NOT NULL,                         -- LEAF, MOON or PLANET
  path text NOT NULL,                         -- direct or relayed
  endpoint text,                              -- physical address/port; NULL: relayed, or not reported
  latency_ms double precision,
  since timestamptz NOT NULL,                 -- when it became direct or relayed
  ordinal integer NOT NULL, seq bigint NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (node_id, peer)
);
CREATE INDEX paths_host ON paths (host_id);
CREATE INDEX paths_peer ON paths (peer) WHERE endpoint IS NOT NULL; -- where others reach a node
CREATE INDEX paths_roots ON paths (node_id) WHERE role <> 'LEAF';

-- Whether the node's whole list of peers was reported, so that a peer without a row is certainly not in it. NULL: no.
ALTER TABLE node_status ADD peers_known boolean;

-- A token for networks sees paths to roots, without which nothing is reached, and to nodes that it sees.
INSERT INTO orrery_scope.rules (place, table_name, hosts, networks) VALUES
  (43, 'paths', 'host_id IN (SELECT id FROM {scope}.hosts)',
   'node_id IN (SELECT id FROM {scope}.nodes) AND (role <> ''LEAF'' OR peer IN (SELECT address FROM {scope}.own_addresses))');
`;
