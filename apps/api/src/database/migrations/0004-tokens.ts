import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Tokens of people with a scope, tokens of hosts, and the schema through which a scoped token reads and writes. */
export class Tokens1764000000004 implements MigrationInterface {
  readonly name = 'Tokens1764000000004';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(TABLES);
    await runner.query(SCOPE);
  }

  async down(): Promise<void> {
    throw new Error('this migration cannot be undone: restore a backup');
  }
}

const TABLES = `
ALTER TABLE api_tokens
  ADD COLUMN prefix text NOT NULL DEFAULT '',  -- its first characters, by which people recognize it
  ADD COLUMN scope jsonb,                      -- {"hosts": selector or null, "networks": IDs or null}; NULL: everything
  ADD COLUMN created_by text NOT NULL DEFAULT 'orrery';

CREATE TABLE join_tokens (
  id text PRIMARY KEY,
  hash bytea NOT NULL UNIQUE,                  -- SHA-256 of the whole token
  prefix text NOT NULL,
  name text,                                   -- of the host that it is for; NULL: the host chooses its own
  uses integer NOT NULL CHECK (uses > 0),
  uses_left integer NOT NULL CHECK (uses_left >= 0),
  labels jsonb NOT NULL DEFAULT '{}',
  networks text[] NOT NULL DEFAULT '{}',
  replaces_host_id text REFERENCES hosts ON DELETE CASCADE,
  created_by text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  revoked_at timestamptz
);

-- The token that created a host: a host that asks again after a lost reply gets the same record, and the token is not spent twice.
ALTER TABLE hosts
  ADD COLUMN join_token_id text REFERENCES join_tokens ON DELETE SET NULL;
`;

/**
 * For a token with a selector of hosts, this schema comes first in the search path: each table that belongs to hosts is
 * a view there, limited to what the selector allows. Statements are the same for everyone, so none can forget the
 * scope.
 */
const SCOPE = `
CREATE SCHEMA orrery_scope;

-- Whether all terms of the selector hold (contracts/labels.ts). If the setting is missing, that is an error, never "everything".
CREATE FUNCTION orrery_scope.sees(labels jsonb) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT COALESCE(bool_and(CASE term ->> 'op'
           WHEN 'equals' THEN COALESCE(labels ->> (term ->> 'key') = term ->> 'value', false)
           WHEN 'differs' THEN labels ->> (term ->> 'key') IS DISTINCT FROM term ->> 'value'
           WHEN 'exists' THEN jsonb_exists(labels, term ->> 'key')
           WHEN 'missing' THEN NOT jsonb_exists(labels, term ->> 'key')
           ELSE false END), false)
    FROM jsonb_array_elements(current_setting('orrery.hosts')::jsonb) AS term
$$;

-- Creates the views of all existing tables; called again after every migration.
CREATE FUNCTION orrery_scope.refresh() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  home text := current_schema();
  one text;
BEGIN
  FOR one IN SELECT table_name FROM information_schema.views WHERE table_schema = 'orrery_scope' LOOP
    EXECUTE format('DROP VIEW IF EXISTS orrery_scope.%I CASCADE', one);
  END LOOP;
  EXECUTE format('CREATE VIEW orrery_scope.hosts AS SELECT * FROM %I.hosts WHERE orrery_scope.sees(labels) WITH CHECK OPTION', home);
  FOR one IN
    SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'host_id' AND NOT a.attisdropped
     WHERE n.nspname = home AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relname <> 'outbox'
  LOOP
    EXECUTE format('CREATE VIEW orrery_scope.%1$I AS SELECT * FROM %2$I.%1$I
      WHERE host_id IN (SELECT id FROM orrery_scope.hosts) WITH CHECK OPTION', one, home);
  END LOOP;
END $$;
SELECT orrery_scope.refresh();
`;
