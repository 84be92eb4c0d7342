import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Paths that are direct, and along which nothing comes back. */
export class SilentPaths1764000000026 implements MigrationInterface {
  readonly name = 'SilentPaths1764000000026';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(SCHEMA);
  }

  async down(): Promise<void> {
    throw new Error('this migration cannot be undone: restore a backup');
  }
}

const SCHEMA = `
ALTER TABLE paths ADD silent_since timestamptz; -- NULL: it answers, or its agent cannot tell
CREATE INDEX paths_silent ON paths (node_id) WHERE silent_since IS NOT NULL;
`;
