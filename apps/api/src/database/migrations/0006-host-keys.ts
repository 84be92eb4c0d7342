import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The keys by which hosts prove their identity, and those that are no longer accepted. */
export class HostKeys1764000000006 implements MigrationInterface {
  readonly name = 'HostKeys1764000000006';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(KEYS);
  }

  async down(): Promise<void> {
    throw new Error('this migration cannot be undone: restore a backup');
  }
}

const KEYS = `
ALTER TABLE hosts
  ADD COLUMN key text,                         -- public nkey; NULL: it joined before hosts had keys
  ADD COLUMN key_revoked_at timestamptz,
  ADD COLUMN rotation_by text;                 -- who requested a new key; NULL: nobody, so no new key is accepted
CREATE UNIQUE INDEX hosts_key ON hosts (key) WHERE removed_at IS NULL;

-- Keys that NATS must no longer accept. Kept as long as a JWT of the key could still be valid.
CREATE TABLE revoked_keys (
  key text PRIMARY KEY,
  host_id text NOT NULL REFERENCES hosts ON DELETE CASCADE,
  since timestamptz NOT NULL                   -- slightly in the future when a new key replaces this one
);

CREATE FUNCTION notify_keys() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_notify('orrery_keys', ''); RETURN NULL; END $$;
CREATE TRIGGER revoked_keys_notify AFTER INSERT ON revoked_keys FOR EACH STATEMENT EXECUTE FUNCTION notify_keys();
`;
