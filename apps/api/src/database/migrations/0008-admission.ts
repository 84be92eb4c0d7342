import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Controllers, the networks that are kept on them, and admission. */
export class Admission1764000000008 implements MigrationInterface {
  readonly name = 'Admission1764000000008';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(SCHEMA);
  }

  async down(): Promise<void> {
    throw new Error('this migration cannot be undone: restore a backup');
  }
}

const SCHEMA = `
-- ── desired ──────────────────────────────────────────────────────────────────────────────────────────────────────────
CREATE TABLE controllers (
  id text PRIMARY KEY,
  name text NOT NULL UNIQUE,
  kind text NOT NULL CHECK (kind IN ('self-hosted', 'central')),
  node_id text UNIQUE REFERENCES nodes ON DELETE SET NULL, -- of a self-hosted one; NULL: its node was removed
  url text,                                   -- of Central
  token_sealed bytea,                         -- of Central, encrypted with a key from the secrets folder
  version integer NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now()
);

-- A network that Orrery keeps has a controller, a config and an admission policy; any other has only a name.
ALTER TABLE networks
  ADD COLUMN controller_id text REFERENCES controllers,
  ADD COLUMN config jsonb,
  ADD COLUMN admission jsonb,
  ADD CONSTRAINT networks_kept CHECK ((controller_id IS NULL) = (config IS NULL) AND (config IS NULL) = (admission IS NULL));
CREATE INDEX networks_controller ON networks (controller_id) WHERE controller_id IS NOT NULL;

CREATE TABLE network_deletions (              -- to be deleted on its controller, which may be unreachable
  network_id text PRIMARY KEY,
  controller_id text NOT NULL REFERENCES controllers ON DELETE CASCADE,
  asked_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE verdicts (                       -- what a person decided about one node in one network
  network_id text NOT NULL REFERENCES networks ON DELETE CASCADE,
  address text NOT NULL,
  verdict text CHECK (verdict IN ('authorize', 'deny')), -- NULL: only other fields of its record are to change
  until timestamptz,
  name text,                                  -- NULL, here and below, keeps what the controller has
  addresses jsonb,
  bridge boolean,
  no_auto_assign boolean,
  forget boolean NOT NULL DEFAULT false,      -- its record is to be deleted on the controller, and then this row as well
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
  address text,                               -- of its zerotier-one when it was first read; the IDs of its networks start with it
  zerotier_version text,
  cause text,
  fix text,
  checked_at timestamptz
);

CREATE TABLE network_status (
  network_id text PRIMARY KEY REFERENCES networks ON DELETE CASCADE,
  applied_config jsonb,                       -- as last written to the controller; NULL: the network is not there
  applied_name text,
  cause text,                                 -- why it is not as desired; NULL: it is
  read_at timestamptz                         -- when all of its records were last read
);

CREATE TABLE controller_records (             -- what a controller reports about one node in one network
  network_id text NOT NULL REFERENCES networks ON DELETE CASCADE,
  address text NOT NULL,
  authorized boolean NOT NULL,
  name text NOT NULL,
  addresses jsonb NOT NULL,
  bridge boolean NOT NULL,
  no_auto_assign boolean NOT NULL,
  zerotier_version text,
  admitted_by text,                           -- why Orrery authorized it: 'admission: fleet' or the name of a token; NULL: it did not, or does not any longer
  sent_away_at timestamptz,                   -- when Orrery deauthorized it
  told_addresses jsonb,                       -- the fixed addresses last sent to the controller; NULL: none
  move_by text, move_why text,                -- a decision about to be sent to the controller: who made it, and why; NULL: none
  requested_at timestamptz,                   -- since when the node is reported as waiting; NULL: it is not
  seen_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (network_id, address)
);

ALTER TABLE host_status ADD COLUMN prefixes jsonb;  -- of its routing tables, as in its last hello that named any; NULL: none did
`;
