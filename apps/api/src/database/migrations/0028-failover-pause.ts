import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When a route last failed over, so that it does not do so again at once. */
export class FailoverPause1764000000028 implements MigrationInterface {
  readonly name = 'FailoverPause1764000000028';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE routes ADD failed_over_at timestamptz'); // NULL: never, or by people only
  }

  async down(): Promise<void> {
    throw new Error('this migration cannot be undone: restore a backup');
  }
}
