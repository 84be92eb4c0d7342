import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Controllers, the networks that are kept on them, and admission. */
export class Admission1764000000008 implements MigrationInterface {
  readonly name = 'Admission1764000000008';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(SCHEMA);
  }

  async down(): Promise<void> {
    throw new Error('a restored backup is the way back');
  }
}

const SCHEMA = `
-- ── wanted ───────────────────────────────────────────────────────────────────────────────────────────────────────────
CREATE TABLE controllers (
  id text PRIMARY KEY,
  name text NOT NULL UNIQUE,
  kind text NOT NULL CHECK (kind IN ('self-hosted', 'central')),
  node_id text UNIQUE REFERENCES nodes ON DELETE SET NULL, -- of a self-hosted one; NULL: its node is gone
  url text,                                   -- of Central
  token_sealed bytea,                         -- of Central, encrypted with a key of the secrets folder
  version integer NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now()
);

-- A network that Orrery keeps has a controller, its config and its admission policy; any other only a name.
ALTER TABLE networks
  ADD COLUMN controller_id text REFERENCES controllers,
  ADD COLUMN config jsonb,
  ADD COLUMN admission jsonb,
  ADD CONSTRAINT networks_kept CHECK ((controller_id IS NULL) = (config IS NULL) AND (config IS NULL) = (admission IS NULL));
CREATE INDEX networks_controller ON networks (controller_id) WHERE controller_id IS NOT NULL;

CREATE TABLE network_deletions (              -- to be deleted on its controller, which may be away
  network_id text PRIMARY KEY,
  controller_id text NOT NULL REFERENCES controllers ON DELETE CASCADE,
  asked_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE verdicts (                       -- what a person said of one node in one network
  network_id text NOT NULL REFERENCES networks ON DELETE CASCADE,
  address text NOT NULL,
  verdict text CHECK (verdict IN ('authorize', 'deny')), -- NULL: only something of its record is to be different
  until timestamptz,
  name text,                                  -- this and the following: NULL leaves what the controller has
  addresses jsonb,
  bridge boolean,
  no_auto_assign boolean,
  forget boolean NOT NULL DEFAULT false,      -- its record is to be deleted on the controller; then this row goes, too
  said_by text NOT NULL,
  said_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (network_id, address)
);

ALTER TABLE identities ADD COLUMN offered_at timestamptz NOT NULL DEFAULT now(), ADD COLUMN assigned_at timestamptz;
CREATE INDEX identities_free ON identities (host_id) WHERE state = 'free';
CREATE UNIQUE INDEX identities_node ON identities (node_id) WHERE state = 'assigned';

-- ── observed: the admission worker alone writes these ────────────────────────────────────────────────────────────────
CREATE TABLE controller_status (
  controller_id text PRIMARY KEY REFERENCES controllers ON DELETE CASCADE,
  state text NOT NULL DEFAULT 'unknown' CHECK (state IN ('unknown', 'up', 'away', 'absent', 'moved')),
  address text,                               -- of its zerotier-one when it was first asked; its networks are named after it
  zerotier_version text,
  cause text,
  fix text,
  checked_at timestamptz
);

CREATE TABLE network_status (
  network_id text PRIMARY KEY REFERENCES networks ON DELETE CASCADE,
  applied_config jsonb,                       -- as it was last put on the controller; NULL: it is not there
  applied_name text,
  cause text,                                 -- why it is not as wanted; NULL: it is
  read_at timestamptz                         -- when its records were last read, all of them
);

CREATE TABLE controller_records (             -- what a controller says of one node in one network
  network_id text NOT NULL REFERENCES networks ON DELETE CASCADE,
  address text NOT NULL,
  authorized boolean NOT NULL,
  name text NOT NULL,
  addresses jsonb NOT NULL,
  bridge boolean NOT NULL,
  no_auto_assign boolean NOT NULL,
  zerotier_version text,
  admitted_by text,                           -- by what we authorized it: 'admission: fleet' or a token's name; NULL: we did not, or not any more
  sent_away_at timestamptz,                   -- when we took that back
  told_addresses jsonb,                       -- the fixed ones that the controller was last told; NULL: none
  move_by text, move_why text,                -- what is about to be told to the controller: who decided, and why; NULL: nothing
  requested_at timestamptz,                   -- since when it is told that it waits
  seen_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (network_id, address)
);

ALTER TABLE host_status ADD COLUMN prefixes jsonb;  -- of its routing tables, as it said with its last hello; NULL: it never did
`;
