import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Keeps Postgres fast however long Orrery has been in use: an index for every foreign key and for every lookup in a
 * table that grows, a mapping from an event's ID to its day, and a table of failed upkeep.
 *
 * Plain CREATE INDEX, in the transaction of the migrations: writers wait until it is done. That is acceptable because
 * nothing has been released; a release that adds an index to a large table must build it outside of a transaction
 * (CREATE INDEX CONCURRENTLY).
 */
export class AnySize1764000000014 implements MigrationInterface {
  readonly name = 'AnySize1764000000014';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('SET LOCAL statement_timeout = 0');
    await runner.query(INDEXES);
    await runner.query(EVENTS);
    await runner.query(UPKEEP);
    await runner.query('SELECT orrery_scope.refresh()');
  }

  async down(): Promise<void> {
    throw new Error('this migration cannot be undone: restore a backup');
  }
}

const INDEXES = `
-- For foreign keys. Without an index, deleting a row scans the whole table that refers to it, under the locks already held.
CREATE INDEX items_node ON items (node_id);
CREATE INDEX identities_host ON identities (host_id);
CREATE INDEX revoked_keys_host ON revoked_keys (host_id);
CREATE INDEX hosts_join_token ON hosts (join_token_id) WHERE join_token_id IS NOT NULL;
CREATE INDEX join_tokens_replaces ON join_tokens (replaces_host_id) WHERE replaces_host_id IS NOT NULL;
CREATE INDEX network_deletions_controller ON network_deletions (controller_id);

-- For lookups, sweeps and pruning.
CREATE INDEX findings_node ON findings (node_id);
CREATE INDEX hosts_ever_named ON hosts (name);
CREATE INDEX commands_unfinished ON commands (host_id) WHERE state IN ('queued', 'delivered', 'waiting');
CREATE INDEX commands_state ON commands (state, created_at DESC, id DESC);
CREATE INDEX commands_ended ON commands (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX commands_container ON commands (container_id) WHERE container_id IS NOT NULL;
CREATE INDEX event_quarantine_at ON event_quarantine (at);
CREATE INDEX event_quarantine_host ON event_quarantine (host_id, id DESC);
CREATE INDEX idempotency_created ON idempotency (created_at);
`;

const EVENTS = `
-- Compared byte by byte, so that a family of types (authorization.*) is a range of the index.
DROP VIEW orrery_scope.events;
ALTER TABLE events ALTER COLUMN type TYPE text COLLATE "C";
CREATE INDEX events_container ON events (container_name, id DESC) WHERE container_name IS NOT NULL;

-- Maps an event's ID to its partition: events from first_id up to the next row's were committed on this day (UTC). Ingest writes
-- a row with the first event of each day. If the clock is set back, a day appears twice.
CREATE TABLE event_days (
  first_id bigint PRIMARY KEY,
  day date NOT NULL
);
INSERT INTO event_days (first_id, day)
  SELECT id, day FROM (SELECT id, day, lag(day) OVER (ORDER BY id) AS before
    FROM (SELECT id, (committed_at AT TIME ZONE 'UTC')::date AS day FROM events) AS each) AS days
  WHERE day IS DISTINCT FROM before;
`;

const UPKEEP = `
CREATE TABLE upkeep_failures (               -- duties of the API itself whose last attempt failed; a row is deleted once the duty succeeds
  duty text PRIMARY KEY,
  cause text NOT NULL,
  since timestamptz NOT NULL DEFAULT now()
);
`;
