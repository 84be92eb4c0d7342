import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Routes that routers bring into networks. */
export class Routes1764000000027 implements MigrationInterface {
  readonly name = 'Routes1764000000027';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(SCHEMA);
  }

  async down(): Promise<void> {
    throw new Error('this migration cannot be undone: restore a backup');
  }
}

const SCHEMA = `
ALTER TABLE items
  DROP CONSTRAINT items_kind_check,
  ADD CONSTRAINT items_kind_check CHECK (kind IN ('container', 'attachment', 'membership', 'router'));

CREATE TABLE routers (                        -- a node that carries prefixes into a network; which ones is in its item
  node_id text NOT NULL REFERENCES nodes ON DELETE CASCADE,
  network_id text NOT NULL,
  host_id text NOT NULL REFERENCES hosts ON DELETE CASCADE,
  item_id text NOT NULL UNIQUE REFERENCES items ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
  launched boolean NOT NULL,                  -- a route launched its container, and so removes it
  allow_managed jsonb,                        -- of its membership, as it was before; NULL: nothing is to be put back
  adjusted_from bigint,                       -- revision of its item before only what it watches changed: outcomes since then count
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (node_id, network_id)
);
CREATE INDEX routers_host ON routers (host_id);

CREATE TABLE routes (
  id text PRIMARY KEY,
  network_id text NOT NULL REFERENCES networks ON DELETE CASCADE,
  target text NOT NULL,                       -- a prefix without host bits
  node_id text REFERENCES nodes ON DELETE SET NULL, -- the router that is to carry it; NULL: that was removed
  serving_since timestamptz NOT NULL DEFAULT now(), -- since when it is to be this router
  lan_check jsonb,                            -- {address, port} behind its routers, which all of them try all the time
  version integer NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (network_id, target)
);
CREATE INDEX routes_node ON routes (node_id) WHERE node_id IS NOT NULL;

CREATE TABLE route_routers (
  route_id text NOT NULL REFERENCES routes ON DELETE CASCADE,
  node_id text NOT NULL REFERENCES nodes ON DELETE CASCADE,
  place integer NOT NULL,                     -- in order of preference
  PRIMARY KEY (route_id, node_id)
);
CREATE INDEX route_routers_node ON route_routers (node_id);

CREATE TABLE router_status (                  -- the network namespace of a router, as its agent last reported it
  node_id text PRIMARY KEY,
  host_id text NOT NULL REFERENCES hosts ON DELETE CASCADE,
  observed jsonb NOT NULL,
  ordinal integer NOT NULL,
  seq bigint NOT NULL,
  updated_at timestamptz NOT NULL
);
CREATE INDEX router_status_host ON router_status (host_id);

-- What the controller was last told to announce for routes, besides applied_config. It stays when the controller loses the network.
-- switching_since: both forms of a route are announced since then; NULL: no route is switched.
ALTER TABLE network_status ADD applied_routes jsonb NOT NULL DEFAULT '[]', ADD switching_since timestamptz;
CREATE INDEX network_status_switching ON network_status (switching_since) WHERE switching_since IS NOT NULL;

UPDATE orrery_scope.rules SET networks = replace(networks, 'kind <> ''membership''', 'kind NOT IN (''membership'', ''router'')')
 WHERE table_name = 'items';
INSERT INTO orrery_scope.rules (place, table_name, hosts, networks) VALUES
  (44, 'routers', 'host_id IN (SELECT id FROM {scope}.hosts)', 'network_id = ANY ({named})'),
  (45, 'router_status', 'host_id IN (SELECT id FROM {scope}.hosts)', 'node_id IN (SELECT id FROM {scope}.nodes)'),
  (85, 'routes', 'network_id IN (SELECT id FROM {scope}.networks)', 'network_id = ANY ({named})'),
  (86, 'route_routers', 'route_id IN (SELECT id FROM {scope}.routes) AND node_id IN (SELECT id FROM {scope}.nodes)',
   'route_id IN (SELECT id FROM {scope}.routes) AND node_id IN (SELECT id FROM {scope}.nodes)');
`;
