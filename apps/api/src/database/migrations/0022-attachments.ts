import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Attachments: containers whose item also names a workload, in its body. */
export class Attachments1764000000022 implements MigrationInterface {
  readonly name = 'Attachments1764000000022';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(SCHEMA);
  }

  async down(): Promise<void> {
    throw new Error('this migration cannot be undone: restore a backup');
  }
}

const SCHEMA = `
ALTER TABLE items
  DROP CONSTRAINT items_kind_check,
  ADD CONSTRAINT items_kind_check CHECK (kind IN ('container', 'attachment', 'membership'));
`;
