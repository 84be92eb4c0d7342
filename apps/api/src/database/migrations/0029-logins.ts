import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Logins of pages in browsers. */
export class Logins1764000000029 implements MigrationInterface {
  readonly name = 'Logins1764000000029';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(SCHEMA);
  }

  async down(): Promise<void> {
    throw new Error('this migration cannot be undone: restore a backup');
  }
}

const SCHEMA = `
CREATE TABLE logins (
  id text PRIMARY KEY,
  secret_hash bytea NOT NULL UNIQUE,           -- SHA-256 of the half that the page sends as a header
  cookie_hash bytea NOT NULL,                  -- SHA-256 of the half that the browser sends as a cookie
  token_id text NOT NULL REFERENCES api_tokens ON DELETE CASCADE,
  token_hash bytea NOT NULL,                   -- of the token: the admin token keeps its ID when it is replaced
  created_at timestamptz NOT NULL DEFAULT now(),
  used_at timestamptz NOT NULL DEFAULT now()   -- to the minute
);
CREATE INDEX logins_token ON logins (token_id, used_at);
CREATE INDEX logins_used ON logins (used_at);

CREATE FUNCTION notify_logins() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_notify('orrery_logins', OLD.id); RETURN NULL; END $$;
CREATE TRIGGER logins_notify AFTER DELETE ON logins FOR EACH ROW EXECUTE FUNCTION notify_logins();

-- Logins are looked up before anybody knows whose request it is; no request sees another's.
INSERT INTO orrery_scope.rules (place, table_name, hosts, networks) VALUES (66, 'logins', 'false', 'false');
`;
