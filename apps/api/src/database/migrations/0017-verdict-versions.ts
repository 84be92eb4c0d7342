import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A verdict on a node in a network has a version, for If-Match. Versions come from one sequence, so that a verdict that
 * was withdrawn and given again does not get a version that someone has already seen.
 */
export class VerdictVersions1764000000017 implements MigrationInterface {
  readonly name = 'VerdictVersions1764000000017';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE SEQUENCE verdict_versions AS integer;
      ALTER TABLE verdicts ADD COLUMN version integer NOT NULL DEFAULT nextval('verdict_versions');`);
    await runner.query('SELECT orrery_scope.refresh()');
  }

  async down(): Promise<void> {
    throw new Error('this migration cannot be undone: restore a backup');
  }
}
