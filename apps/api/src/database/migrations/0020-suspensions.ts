import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How often, and until when, a host's key is refused a JWT because it was used to harm others. */
export class Suspensions1764000000020 implements MigrationInterface {
  readonly name = 'Suspensions1764000000020';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(SCHEMA);
    await runner.query('SELECT orrery_scope.refresh()');
  }

  async down(): Promise<void> {
    throw new Error('this migration cannot be undone: restore a backup');
  }
}

const SCHEMA = `
ALTER TABLE revoked_keys
  ADD COLUMN suspensions int NOT NULL DEFAULT 0,     -- in a row, less than an hour apart; 0: revoked for good
  ADD COLUMN suspended_until timestamptz;            -- NULL: revoked for good
`;
