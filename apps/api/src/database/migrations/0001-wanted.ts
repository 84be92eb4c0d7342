import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Desired state: hosts, items, containers, memberships, commands, and the API's own tables. */
export class Wanted1764000000001 implements MigrationInterface {
  readonly name = 'Wanted1764000000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(SCHEMA);
  }

  async down(): Promise<void> {
    throw new Error('the first migrations cannot be undone');
  }
}

const SCHEMA = `
-- Desired and observed state are in different tables, each with one writer: the transactions of users write the first,
-- and only ingest writes the second. IDs are text (contracts/ids.ts), times are timestamptz, and only events grows forever.

CREATE TABLE store (                         -- one row: the identity of this database, part of every event ID
  id text PRIMARY KEY,
  created_at timestamptz NOT NULL DEFAULT now(),
  singleton boolean NOT NULL DEFAULT true UNIQUE CHECK (singleton)
);
INSERT INTO store (id) VALUES (substr(replace(gen_random_uuid()::text, '-', ''), 1, 10));

-- ── desired ──────────────────────────────────────────────────────────────────────────────────────────────────────────
CREATE TABLE hosts (
  id text PRIMARY KEY,
  name text NOT NULL,
  labels jsonb NOT NULL DEFAULT '{}',
  simulated boolean NOT NULL DEFAULT false,
  installation text NOT NULL UNIQUE,          -- if the same installation joins again, it is the same host
  node_id text NOT NULL UNIQUE,
  revision bigint NOT NULL DEFAULT 0,         -- of its desired state; only increases
  version integer NOT NULL DEFAULT 1,         -- of its name and labels, for If-Match
  created_at timestamptz NOT NULL DEFAULT now(),
  removed_at timestamptz
);
CREATE UNIQUE INDEX hosts_name ON hosts (name) WHERE removed_at IS NULL;
CREATE INDEX hosts_labels ON hosts USING gin (labels);

CREATE TABLE nodes (
  id text PRIMARY KEY,
  host_id text NOT NULL REFERENCES hosts ON DELETE CASCADE,
  kind text NOT NULL CHECK (kind IN ('host', 'container')),
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX nodes_host ON nodes (host_id);

CREATE TABLE items (
  id text PRIMARY KEY,
  host_id text NOT NULL REFERENCES hosts ON DELETE CASCADE,
  node_id text NOT NULL REFERENCES nodes ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
  kind text NOT NULL CHECK (kind IN ('container', 'membership')),
  intent text NOT NULL CHECK (intent IN ('present', 'absent')),
  revision bigint NOT NULL,                   -- the host's revision at which this item last changed
  body jsonb NOT NULL,                        -- the rest of the item, as sent to the host
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX items_host ON items (host_id);

CREATE TABLE containers (
  id text PRIMARY KEY,
  host_id text NOT NULL REFERENCES hosts ON DELETE CASCADE,
  node_id text NOT NULL UNIQUE REFERENCES nodes ON DELETE CASCADE,
  item_id text NOT NULL UNIQUE REFERENCES items ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
  name text NOT NULL,
  version integer NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX containers_name ON containers (host_id, name);

CREATE TABLE networks (                       -- names given by people; an unnamed network needs no row
  id text PRIMARY KEY,
  name text NOT NULL UNIQUE,
  version integer NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE memberships (
  node_id text NOT NULL REFERENCES nodes ON DELETE CASCADE,
  network_id text NOT NULL,
  host_id text NOT NULL REFERENCES hosts ON DELETE CASCADE,
  item_id text NOT NULL UNIQUE REFERENCES items ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
  version integer NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (node_id, network_id)
);
CREATE INDEX memberships_network ON memberships (network_id);
CREATE INDEX memberships_host ON memberships (host_id);

CREATE TABLE commands (
  id text PRIMARY KEY,
  host_id text NOT NULL REFERENCES hosts ON DELETE CASCADE,
  action text NOT NULL,
  target text NOT NULL,
  container_id text,
  node_id text,
  network_ids text[] NOT NULL DEFAULT '{}',
  group_id text,
  revision bigint NOT NULL,
  state text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'delivered', 'waiting', 'done', 'failed', 'cancelled', 'superseded')),
  outcome jsonb,
  created_by text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  delivered_at timestamptz,
  ended_at timestamptz
);
CREATE INDEX commands_host ON commands (host_id, created_at DESC, id DESC);
CREATE INDEX commands_created ON commands (created_at DESC, id DESC);
CREATE INDEX commands_group ON commands (group_id) WHERE group_id IS NOT NULL;
CREATE INDEX commands_queued ON commands (host_id, revision) WHERE state = 'queued';

CREATE TABLE command_items (
  command_id text NOT NULL REFERENCES commands ON DELETE CASCADE,
  item_id text NOT NULL,
  revision bigint NOT NULL,
  outcome jsonb,                              -- written by ingest; NULL until something is settled
  previous jsonb,                             -- intent and body of the item before this command; NULL: the command created the item
  PRIMARY KEY (command_id, item_id)
);
CREATE INDEX command_items_item ON command_items (item_id, revision);

CREATE TABLE command_stages (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  command_id text NOT NULL REFERENCES commands ON DELETE CASCADE,
  stage text NOT NULL,
  item_id text NOT NULL DEFAULT '',           -- the item that the stage belongs to; '': the command itself
  detail text NOT NULL DEFAULT '',
  at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (command_id, stage, item_id)
);
CREATE INDEX command_stages_command ON command_stages (command_id, id);

CREATE TABLE identities (                     -- for admission: free -> assigned -> retired, never back
  address text PRIMARY KEY,
  host_id text NOT NULL REFERENCES hosts ON DELETE CASCADE,
  state text NOT NULL DEFAULT 'free' CHECK (state IN ('free', 'assigned', 'retired')),
  node_id text
);

CREATE TABLE outbox (                         -- the API's own events, written in the transaction of the change that they report
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  type text NOT NULL,
  host_id text,
  node_id text,
  network_id text,
  command_id text,
  container_name text,
  data jsonb NOT NULL,
  at timestamptz NOT NULL DEFAULT now()
);
CREATE FUNCTION notify_outbox() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_notify('orrery_outbox', ''); RETURN NULL; END $$;
CREATE TRIGGER outbox_notify AFTER INSERT ON outbox FOR EACH STATEMENT EXECUTE FUNCTION notify_outbox();

CREATE TABLE api_tokens (
  id text PRIMARY KEY,
  name text NOT NULL,
  hash bytea NOT NULL UNIQUE,                 -- SHA-256 of a 256-bit random token
  role text NOT NULL CHECK (role IN ('viewer', 'operator', 'admin')),
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz,
  revoked_at timestamptz,
  last_used_at timestamptz
);

CREATE TABLE idempotency (
  key text NOT NULL,
  token_id text NOT NULL,
  request_hash bytea NOT NULL,
  status integer,
  answer jsonb,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (token_id, key)
);
`;
