import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which side raised a finding, and which quotas a host has reached. */
export class Growth1764000000012 implements MigrationInterface {
  readonly name = 'Growth1764000000012';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(SCHEMA);
  }

  async down(): Promise<void> {
    throw new Error('this migration cannot be undone: restore a backup');
  }
}

const SCHEMA = `
-- A finding from the agent and one from the API about the same thing are two rows, so neither side clears the other's.
ALTER TABLE findings ADD COLUMN source text NOT NULL DEFAULT 'agent' CHECK (source IN ('agent', 'api'));
UPDATE findings SET source = 'api' WHERE code = 'host-cloned' AND ordinal = 0;
ALTER TABLE findings DROP CONSTRAINT findings_pkey,
  ADD PRIMARY KEY (host_id, source, code, node_id, network_id, item_id);

CREATE TABLE host_quotas (                     -- quotas that a host has reached; the quota keeper deletes the row once the host is below the quota again
  host_id text NOT NULL REFERENCES hosts ON DELETE CASCADE,
  quota text NOT NULL,
  met_at timestamptz NOT NULL,                 -- when something was last left out or delayed
  PRIMARY KEY (host_id, quota)
);
`;
