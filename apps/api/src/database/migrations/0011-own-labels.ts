import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Whether a machine's own labels count, besides those of the token with which it enrolls. */
export class OwnLabels1764000000011 implements MigrationInterface {
  readonly name = 'OwnLabels1764000000011';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE join_tokens ADD COLUMN own_labels boolean NOT NULL DEFAULT false;');
  }

  async down(): Promise<void> {
    throw new Error('this migration cannot be undone: restore a backup');
  }
}
