import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Facts of findings, from which the API writes the commands that mend them. */
export class FindingFacts1764000000024 implements MigrationInterface {
  readonly name = 'FindingFacts1764000000024';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE findings ADD facts jsonb'); // FindingFacts, or null
  }

  async down(): Promise<void> {
    throw new Error('this migration cannot be undone: restore a backup');
  }
}
