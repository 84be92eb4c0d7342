import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A scope covers every table, by hosts and by networks; a table without a rule shows nothing. */
export class Scopes1764000000016 implements MigrationInterface {
  readonly name = 'Scopes1764000000016';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(FUNCTIONS);
    await runner.query(RULES);
    await runner.query(REFRESH);
    await runner.query(HOSTS_THEMSELVES);
  }

  async down(): Promise<void> {
    throw new Error('this migration cannot be undone: restore a backup');
  }
}

/**
 * A transaction on behalf of a token with a scope sets `orrery.hosts` (the terms of its selector) and `orrery.networks`
 * (IDs), each a JSON array, or `null` if the scope lacks that part. If they are not set, that is an error, never
 * "everything".
 */
const FUNCTIONS = `
CREATE FUNCTION orrery_scope.networks_named() RETURNS text[] LANGUAGE sql STABLE AS $$
  SELECT CASE WHEN jsonb_typeof(current_setting('orrery.networks')::jsonb) = 'array'
              THEN ARRAY(SELECT jsonb_array_elements_text(current_setting('orrery.networks')::jsonb)) ELSE '{}' END
$$;

-- The terms of a selector, grouped by operator: {"key": "value"} for those that compare, keys for the others. Evaluated once per
-- statement, so that each host costs one comparison instead of parsing the selector.
CREATE FUNCTION orrery_scope.values_that(op text) RETURNS jsonb[] LANGUAGE sql STABLE AS $$
  SELECT ARRAY(SELECT jsonb_build_object(term ->> 'key', term ->> 'value')
                 FROM jsonb_array_elements(current_setting('orrery.hosts')::jsonb) AS term WHERE term ->> 'op' = $1)
$$;
CREATE FUNCTION orrery_scope.keys_that(op text) RETURNS text[] LANGUAGE sql STABLE AS $$
  SELECT ARRAY(SELECT term ->> 'key' FROM jsonb_array_elements(current_setting('orrery.hosts')::jsonb) AS term WHERE term ->> 'op' = $1)
$$;
-- A selector without terms, or with an unknown one, shows nothing.
CREATE FUNCTION orrery_scope.is_selector() RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT COALESCE(bool_and(COALESCE(term ->> 'op', '') IN ('equals', 'differs', 'exists', 'missing')), false)
    FROM jsonb_array_elements(current_setting('orrery.hosts')::jsonb) AS term
$$;

-- Replaces orrery_scope for a token that names networks but no hosts.
CREATE SCHEMA orrery_scope_networks;
`;

/**
 * One rule for each table: what a token that names hosts sees of it, and what a token that names only networks sees.
 * In a condition, {home} is the schema of the tables, {scope} the schema of the created views, and {named} the IDs of
 * the networks that the scope names.
 *
 * - Written rows must pass the rule of their table. `checked` false: they cannot pass it yet (the command of a stage is
 *   created by the same statement).
 * - `created_at = now()`: created in this very transaction. A container exists before it is in a network.
 * - `masks`: the value to show instead of a column whose text may name a host that the token does not see.
 */
const RULES = `
CREATE TABLE orrery_scope.rules (
  table_name text PRIMARY KEY,
  place integer NOT NULL UNIQUE,              -- a rule may use the views of the rules before it
  hosts text NOT NULL,
  networks text NOT NULL,
  checked boolean NOT NULL DEFAULT true,
  masks jsonb NOT NULL DEFAULT '{}'
);

-- Tables that are the same for everyone, each with the reason.
CREATE TABLE orrery_scope.open (table_name text PRIMARY KEY, why text NOT NULL);
INSERT INTO orrery_scope.open VALUES
  ('store', 'the identity of the database, part of every event id'),
  ('event_days', 'where the ids of each day begin, and nothing of what happened'),
  ('outbox', 'requests write it; it is read by the node of a probe, which is looked up within the scope'),
  ('idempotency', 'its key has the token in it');

INSERT INTO orrery_scope.rules (place, table_name, hosts, networks) VALUES
  (10, 'hosts',
   '(SELECT orrery_scope.is_selector()) AND labels @> ALL ((SELECT orrery_scope.values_that(''equals''))::jsonb[])
    AND NOT labels @> ANY ((SELECT orrery_scope.values_that(''differs''))::jsonb[])
    AND jsonb_exists_all(labels, (SELECT orrery_scope.keys_that(''exists'')))
    AND NOT jsonb_exists_any(labels, (SELECT orrery_scope.keys_that(''missing'')))',
   'id IN (SELECT host_id FROM {home}.memberships WHERE network_id = ANY ({named})
           UNION ALL SELECT host_id FROM {home}.membership_status WHERE network_id = ANY ({named})
           UNION ALL SELECT host_id FROM {home}.interfaces WHERE network_id = ANY ({named}))'),
  (20, 'nodes', 'host_id IN (SELECT id FROM {scope}.hosts)',
   'host_id IN (SELECT id FROM {scope}.hosts) AND (kind = ''host'' OR created_at = now() OR id IN (
      SELECT node_id FROM (SELECT node_id, network_id FROM {home}.memberships
                           UNION ALL SELECT node_id, network_id FROM {home}.membership_status
                           UNION ALL SELECT node_id, network_id FROM {home}.interfaces WHERE network_id IS NOT NULL) AS every
       GROUP BY node_id HAVING bool_and(network_id = ANY ({named}))))'),
  (30, 'host_status', 'host_id IN (SELECT id FROM {scope}.hosts)', 'host_id IN (SELECT id FROM {scope}.hosts)'),
  (31, 'identities', 'host_id IN (SELECT id FROM {scope}.hosts)',
   'host_id IN (SELECT id FROM {scope}.hosts) AND (node_id IS NULL OR node_id IN (SELECT id FROM {scope}.nodes))'),
  (32, 'containers', 'host_id IN (SELECT id FROM {scope}.hosts)', 'node_id IN (SELECT id FROM {scope}.nodes)'),
  (33, 'container_status', 'host_id IN (SELECT id FROM {scope}.hosts)', 'node_id IN (SELECT id FROM {scope}.nodes)'),
  (34, 'node_status', 'host_id IN (SELECT id FROM {scope}.hosts)', 'node_id IN (SELECT id FROM {scope}.nodes)'),
  (35, 'items', 'host_id IN (SELECT id FROM {scope}.hosts)',
   'node_id IN (SELECT id FROM {scope}.nodes) AND (kind <> ''membership'' OR body ->> ''network'' = ANY ({named}))'),
  (36, 'item_status', 'host_id IN (SELECT id FROM {scope}.hosts)', 'item_id IN (SELECT id FROM {scope}.items)'),
  (37, 'memberships', 'host_id IN (SELECT id FROM {scope}.hosts)', 'network_id = ANY ({named})'),
  (38, 'membership_status', 'host_id IN (SELECT id FROM {scope}.hosts)', 'network_id = ANY ({named})'),
  (39, 'interfaces', 'host_id IN (SELECT id FROM {scope}.hosts)', 'network_id = ANY ({named})'),
  (40, 'findings', 'host_id IN (SELECT id FROM {scope}.hosts)', 'network_id = ANY ({named})'),
  -- An array, so that a page of the newest events is read from the end; a join would read the whole history.
  (41, 'events', 'host_id = ANY (ARRAY(SELECT id FROM {scope}.hosts))', 'network_id = ANY ({named})'),
  (50, 'commands', 'host_id IN (SELECT id FROM {scope}.hosts)',
   'network_ids <> ''{}'' AND network_ids <@ {named} AND NOT EXISTS (SELECT FROM {home}.nodes AS n
      WHERE n.id = node_id AND n.id NOT IN (SELECT id FROM {scope}.nodes))'),
  -- Tables that are only about hosts and their keys.
  (60, 'host_desired', 'host_id IN (SELECT id FROM {scope}.hosts)', 'false'),
  (61, 'epochs', 'host_id IN (SELECT id FROM {scope}.hosts)', 'false'),
  (62, 'revoked_keys', 'host_id IN (SELECT id FROM {scope}.hosts)', 'false'),
  (63, 'event_quarantine', 'host_id IN (SELECT id FROM {scope}.hosts)', 'false'),
  (64, 'host_quotas', 'host_id IN (SELECT id FROM {scope}.hosts)', 'false'),
  -- The API's own duties: nothing that the holder of a limited token could act on.
  (65, 'upkeep_failures', 'false', 'false');

INSERT INTO orrery_scope.rules (place, table_name, hosts, networks, checked) VALUES
  (51, 'command_items', 'command_id IN (SELECT id FROM {scope}.commands)', 'command_id IN (SELECT id FROM {scope}.commands)', false),
  (52, 'command_stages', 'command_id IN (SELECT id FROM {scope}.commands)', 'command_id IN (SELECT id FROM {scope}.commands)', false);

-- Networks, their nodes, and their controllers. An agent's report alone does not put a host into a network that Orrery keeps: the
-- membership must be desired, or the controller must have authorized the node.
INSERT INTO orrery_scope.rules (place, table_name, hosts, networks, masks) VALUES
  (80, 'networks',
   'id = ANY ({named}) OR id IN (SELECT network_id FROM {scope}.memberships)
    OR (controller_id IS NULL AND id IN (SELECT network_id FROM {scope}.membership_status))
    OR id IN (SELECT r.network_id FROM {home}.controller_records AS r
               WHERE r.authorized AND r.address IN (SELECT address FROM {scope}.own_addresses))',
   'id = ANY ({named})', '{}'),
  (81, 'network_status', 'network_id IN (SELECT id FROM {scope}.networks)', 'network_id = ANY ({named})', '{}'),
  (82, 'network_deletions', 'network_id = ANY ({named})', 'network_id = ANY ({named})', '{}'),
  (83, 'verdicts',
   'network_id IN (SELECT id FROM {scope}.networks) AND address IN (SELECT address FROM {scope}.own_addresses)',
   'network_id = ANY ({named})', '{}'),
  (84, 'controller_records',
   'network_id IN (SELECT id FROM {scope}.networks) AND address IN (SELECT address FROM {scope}.own_addresses)',
   'network_id = ANY ({named})', '{}'),
  (90, 'controllers',
   'node_id IN (SELECT id FROM {scope}.nodes) OR id IN (SELECT controller_id FROM {scope}.networks)',
   'id IN (SELECT controller_id FROM {scope}.networks)', '{"token_sealed": "NULL::bytea"}'),
  (91, 'controller_status',
   'controller_id IN (SELECT id FROM {scope}.controllers)', 'controller_id IN (SELECT id FROM {scope}.controllers)',
   '{"cause": "CASE WHEN cause IS NULL OR {near} THEN cause ELSE ''its host is not in the scope of your token'' END",
     "fix": "CASE WHEN fix IS NULL OR {near} THEN fix ELSE ''Ask somebody who sees that host.'' END"}');
UPDATE orrery_scope.rules SET masks = replace(masks::text, '{near}',
  'controller_id IN (SELECT id FROM {home}.controllers WHERE kind = ''central'' OR node_id IN (SELECT id FROM {scope}.nodes))')::jsonb
 WHERE table_name = 'controller_status';
`;

/** Creates the views of all existing tables; called again after every migration. */
const REFRESH = `
CREATE OR REPLACE FUNCTION orrery_scope.refresh() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  one record;
BEGIN
  FOR one IN SELECT table_schema, table_name FROM information_schema.views WHERE table_schema IN ('orrery_scope', 'orrery_scope_networks') LOOP
    EXECUTE format('DROP VIEW IF EXISTS %I.%I CASCADE', one.table_schema, one.table_name);
  END LOOP;
  PERFORM orrery_scope.make_views('orrery_scope', true);
  PERFORM orrery_scope.make_views('orrery_scope_networks', false);
END $$;

-- A table without a rule gets an empty view, so that a token with a scope sees none of its rows.
CREATE FUNCTION orrery_scope.make_views(scope text, by_hosts boolean) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  home text := current_schema();
  one record;
  columns text;
BEGIN
  FOR one IN
    SELECT t.oid, t.relname, COALESCE(CASE WHEN by_hosts THEN r.hosts ELSE r.networks END, 'false') AS sees,
           COALESCE(r.checked, true) AS checked, COALESCE(r.masks, '{}') AS masks
      FROM pg_class t LEFT JOIN orrery_scope.rules r ON r.table_name = t.relname
     WHERE t.relnamespace = home::regnamespace AND t.relkind IN ('r', 'p') AND NOT t.relispartition
       AND t.relname NOT IN (SELECT o.table_name FROM orrery_scope.open o)
     ORDER BY r.place NULLS LAST
  LOOP
    SELECT string_agg(COALESCE(one.masks ->> a.attname || ' AS ', '') || quote_ident(a.attname), ', ' ORDER BY a.attnum) INTO columns
      FROM pg_attribute a WHERE a.attrelid = one.oid AND a.attnum > 0 AND NOT a.attisdropped;
    EXECUTE orrery_scope.filled_in(scope, home, format('CREATE VIEW {scope}.%1$I AS SELECT %2$s FROM {home}.%1$I WHERE %3$s %4$s',
      one.relname, columns, one.sees, CASE WHEN one.checked THEN 'WITH CHECK OPTION' ELSE '' END));
    -- The addresses that count as those of visible nodes (in node_addresses, no two nodes have the same address).
    IF one.relname = 'node_status' THEN
      EXECUTE orrery_scope.filled_in(scope, home, 'CREATE VIEW {scope}.own_addresses AS
        SELECT a.address FROM {home}.node_addresses AS a WHERE a.address IS NOT NULL AND a.node_id IN (SELECT id FROM {scope}.nodes)');
    END IF;
  END LOOP;
END $$;

CREATE FUNCTION orrery_scope.filled_in(scope text, home text, statement text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT replace(replace(replace(statement, '{scope}', quote_ident(scope)), '{home}', quote_ident(home)),
                 '{named}', '(SELECT orrery_scope.networks_named())::text[]')
$$;
SELECT orrery_scope.refresh();
`;

/** A token for networks only can join hosts to its networks, but must not rename or pause hosts. */
const HOSTS_THEMSELVES = `
CREATE FUNCTION keep_hosts_as_they_are() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a token for networks changes no host' USING ERRCODE = '44000';
END $$;
CREATE TRIGGER hosts_themselves
  BEFORE UPDATE OF name, labels, paused, ephemeral_seconds, key, key_revoked_at, rotation_by, removed_at ON hosts FOR EACH ROW
  WHEN (current_setting('orrery.hosts', true) = 'null')
  EXECUTE FUNCTION keep_hosts_as_they_are();
`;
