import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What a person said of a node in a network has a version, for If-Match. Drawn from one sequence, so that a verdict that was taken back
 * and said again does not get a version that somebody has already seen.
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
    throw new Error('a restored backup is the way back');
  }
}
