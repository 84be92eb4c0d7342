import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Hosts that observe and report, and do nothing else. */
export class Paused1764000000005 implements MigrationInterface {
  readonly name = 'Paused1764000000005';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE hosts ADD COLUMN paused boolean NOT NULL DEFAULT false');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE hosts DROP COLUMN paused');
  }
}
