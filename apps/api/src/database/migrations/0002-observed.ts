import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Observations and history. */
export class Observed1764000000002 implements MigrationInterface {
  readonly name = 'Observed1764000000002';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(SCHEMA);
  }

  async down(): Promise<void> {
    throw new Error('the first migrations cannot be undone');
  }
}

const SCHEMA = `
-- ── observed (ingest is the only writer, except for the three presence columns, which the presence judge owns) ─────────
CREATE TABLE host_status (
  host_id text PRIMARY KEY REFERENCES hosts ON DELETE CASCADE,
  presence text NOT NULL DEFAULT 'joined' CHECK (presence IN ('joined', 'online', 'unreachable', 'unknown')),
  presence_since timestamptz NOT NULL DEFAULT now(),
  last_seen_at timestamptz,
  agent_version text,
  epoch text,
  held_revision bigint NOT NULL DEFAULT 0,
  held_digest text,
  inventory text,                             -- hash that the agent last reported
  snapshot text,                              -- hash of the last stored snapshot
  wants_snapshot boolean NOT NULL DEFAULT true, -- projections may be incomplete: ask for a full snapshot
  engine jsonb,                               -- EngineInfo, or {"cause": …}
  publish_at timestamptz NOT NULL DEFAULT now() -- no replica publishes the desired state before this time: a lease while one does, a pause after a failure
);

CREATE TABLE host_desired (                   -- the signed bytes last published, for the answer to hello; revision = hosts.revision
  host_id text PRIMARY KEY REFERENCES hosts ON DELETE CASCADE,
  revision bigint NOT NULL,
  digest text NOT NULL,
  subject text NOT NULL,
  body text NOT NULL,
  key text NOT NULL,
  signature text NOT NULL
);

CREATE TABLE epochs (                         -- one row per start of an agent; cursor = last stored seq
  host_id text NOT NULL REFERENCES hosts ON DELETE CASCADE,
  epoch text NOT NULL,
  ordinal integer NOT NULL,                   -- 1, 2, 3 … per host, in order of first hello
  cursor bigint NOT NULL DEFAULT 0,
  closed boolean NOT NULL DEFAULT false,
  heard_at timestamptz NOT NULL DEFAULT now(), -- last hello or batch
  fenced_at timestamptz,                      -- last time that it reported although it was closed
  fences integer NOT NULL DEFAULT 0,          -- how often it did, with a newer one reporting in between
  first_seen_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (host_id, epoch),
  UNIQUE (host_id, ordinal)
);

CREATE TABLE node_status (
  node_id text PRIMARY KEY,                   -- no foreign key: a snapshot may name a node that was just removed
  host_id text NOT NULL REFERENCES hosts ON DELETE CASCADE,
  state text NOT NULL CHECK (state IN ('up', 'down', 'unknown')),
  cause text,
  address text,
  version text,
  online boolean,
  ordinal integer NOT NULL, seq bigint NOT NULL,
  updated_at timestamptz NOT NULL
);
CREATE INDEX node_status_host ON node_status (host_id);
CREATE INDEX node_status_address ON node_status (address);

CREATE TABLE container_status (
  node_id text PRIMARY KEY,
  host_id text NOT NULL REFERENCES hosts ON DELETE CASCADE,
  observed jsonb NOT NULL,                    -- ObservedContainer
  ordinal integer NOT NULL, seq bigint NOT NULL,
  updated_at timestamptz NOT NULL
);
CREATE INDEX container_status_host ON container_status (host_id);

CREATE TABLE membership_status (
  node_id text NOT NULL,
  network_id text NOT NULL,
  host_id text NOT NULL REFERENCES hosts ON DELETE CASCADE,
  status text NOT NULL,
  name text NOT NULL DEFAULT '',
  observed jsonb NOT NULL,                    -- ObservedMembership
  ordinal integer NOT NULL, seq bigint NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (node_id, network_id)
);
CREATE INDEX membership_status_network ON membership_status (network_id);
CREATE INDEX membership_status_host ON membership_status (host_id);

CREATE TABLE interfaces (
  node_id text NOT NULL,
  device text NOT NULL,
  host_id text NOT NULL REFERENCES hosts ON DELETE CASCADE,
  network_id text,
  observed jsonb NOT NULL,                    -- ObservedInterface
  ordinal integer NOT NULL, seq bigint NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (node_id, device)
);
CREATE INDEX interfaces_host ON interfaces (host_id);
CREATE INDEX interfaces_network ON interfaces (network_id);

CREATE TABLE item_status (
  item_id text PRIMARY KEY,
  host_id text NOT NULL REFERENCES hosts ON DELETE CASCADE,
  revision bigint NOT NULL,
  outcome jsonb NOT NULL,
  ordinal integer NOT NULL, seq bigint NOT NULL,
  updated_at timestamptz NOT NULL
);
CREATE INDEX item_status_host ON item_status (host_id);

CREATE TABLE findings (
  host_id text NOT NULL REFERENCES hosts ON DELETE CASCADE,
  code text NOT NULL,
  node_id text NOT NULL DEFAULT '',           -- '' instead of NULL: part of the key
  network_id text NOT NULL DEFAULT '',
  item_id text NOT NULL DEFAULT '',
  severity text NOT NULL,
  cause text NOT NULL,
  fix text NOT NULL,
  ordinal integer NOT NULL, seq bigint NOT NULL,
  since timestamptz NOT NULL,
  PRIMARY KEY (host_id, code, node_id, network_id, item_id)
);

-- ── history ──────────────────────────────────────────────────────────────────────────────────────────────────────────
CREATE SEQUENCE event_id;                     -- drawn only while the ingest lock is held, so IDs are in commit order
CREATE TABLE events (
  id bigint NOT NULL,
  committed_at timestamptz NOT NULL,          -- the time after the lock was taken: the partition key, never an agent's clock
  type text NOT NULL,
  host_id text,
  epoch text,
  seq bigint,
  host_at timestamptz,                        -- the agent's clock
  node_id text,
  network_id text,
  container_name text,
  command_id text,
  subject text,                               -- for people, with the names of that time: web-1/demo/8056c2e21c000001
  simulated boolean NOT NULL DEFAULT false,
  data jsonb NOT NULL,
  PRIMARY KEY (id, committed_at)
) PARTITION BY RANGE (committed_at);
CREATE INDEX events_host ON events (host_id, id DESC);
CREATE INDEX events_type ON events (type, id DESC);
CREATE INDEX events_node ON events (node_id, id DESC) WHERE node_id IS NOT NULL;
CREATE INDEX events_network ON events (network_id, id DESC) WHERE network_id IS NOT NULL;
CREATE INDEX events_command ON events (command_id, id DESC) WHERE command_id IS NOT NULL;
CREATE TABLE events_default PARTITION OF events DEFAULT;   -- unused as long as the keeper creates partitions in advance; any row in it is a finding

CREATE TABLE event_quarantine (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  host_id text NOT NULL,
  epoch text NOT NULL,
  seq bigint NOT NULL,
  reason text NOT NULL,
  raw bytea NOT NULL,                         -- bytes: a poison event may contain what text and jsonb cannot hold
  at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (host_id, epoch, seq)
);
`;
