import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The keys by which hosts prove their identity, and those that are no longer accepted. */
export class HostKeys1764000000006 implements MigrationInterface {
  readonly name = 'HostKeys1764000000006';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(KEYS);
  }

  async down(): Promise<void> {
    throw new Error('a restored backup is the way back');
  }
}

const KEYS = `
ALTER TABLE hosts
  ADD COLUMN key text,                         -- public nkey; NULL: it joined before there were keys
  ADD COLUMN key_revoked_at timestamptz,
  ADD COLUMN rotation_by text;                 -- who asked for another key; NULL: nobody, so none is taken
CREATE UNIQUE INDEX hosts_key ON hosts (key) WHERE removed_at IS NULL;

-- What NATS is told not to let in any more. Kept as long as a JWT of the key could still be valid.
CREATE TABLE revoked_keys (
  key text PRIMARY KEY,
  host_id text NOT NULL REFERENCES hosts ON DELETE CASCADE,
  since timestamptz NOT NULL                   -- a moment ahead when a key takes another's place
);

CREATE FUNCTION notify_keys() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_notify('orrery_keys', ''); RETURN NULL; END $$;
CREATE TRIGGER revoked_keys_notify AFTER INSERT ON revoked_keys FOR EACH STATEMENT EXECUTE FUNCTION notify_keys();
`;
