import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which side raised a finding, and which quotas a host has reached. */
export class Growth1764000000012 implements MigrationInterface {
  readonly name = 'Growth1764000000012';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(SCHEMA);
  }

  async down(): Promise<void> {
    throw new Error('a restored backup is the way back');
  }
}

const SCHEMA = `
-- A finding of the agent and one of the API about the same thing are two rows: neither clears the other's.
ALTER TABLE findings ADD COLUMN source text NOT NULL DEFAULT 'agent' CHECK (source IN ('agent', 'api'));
UPDATE findings SET source = 'api' WHERE code = 'host-cloned' AND ordinal = 0;
ALTER TABLE findings DROP CONSTRAINT findings_pkey,
  ADD PRIMARY KEY (host_id, source, code, node_id, network_id, item_id);

CREATE TABLE host_quotas (                     -- what a host has more of than is kept; the keeper of quotas deletes the row when it has not
  host_id text NOT NULL REFERENCES hosts ON DELETE CASCADE,
  quota text NOT NULL,
  met_at timestamptz NOT NULL,                 -- when something was last left out or made to wait
  PRIMARY KEY (host_id, quota)
);
`;
