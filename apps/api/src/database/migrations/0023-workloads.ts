import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Workloads that hosts report, and attachments that their labels ask for. */
export class Workloads1764000000023 implements MigrationInterface {
  readonly name = 'Workloads1764000000023';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(SCHEMA);
  }

  async down(): Promise<void> {
    throw new Error('this migration cannot be undone: restore a backup');
  }
}

const SCHEMA = `
CREATE TABLE workloads (                      -- written by ingest alone
  host_id text NOT NULL REFERENCES hosts ON DELETE CASCADE,
  workload text NOT NULL,                     -- PROJECT/SERVICE/NUMBER, or the name of a container
  observed jsonb NOT NULL,                    -- ObservedWorkload
  ordinal integer NOT NULL, seq bigint NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (host_id, workload)
);

ALTER TABLE networks ADD labels boolean NOT NULL DEFAULT false;  -- whether labels of workloads can ask for it

-- by_label: labels made it and take it back. unclaimed_since: no label has asked for it since then.
ALTER TABLE containers ADD by_label boolean NOT NULL DEFAULT false, ADD unclaimed_since timestamptz;
ALTER TABLE memberships ADD by_label boolean NOT NULL DEFAULT false, ADD unclaimed_since timestamptz;
CREATE INDEX containers_by_label ON containers (host_id) WHERE by_label;
CREATE INDEX memberships_by_label ON memberships (host_id) WHERE by_label;

INSERT INTO orrery_scope.rules (place, table_name, hosts, networks) VALUES
  (42, 'workloads', 'host_id IN (SELECT id FROM {scope}.hosts)',
   '(host_id, workload) IN (SELECT host_id, body ->> ''workload'' FROM {scope}.items WHERE kind = ''attachment'')');
`;
