import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Whether the labels that a machine says of itself count, beside those of the token with which it enrols. */
export class OwnLabels1764000000011 implements MigrationInterface {
  readonly name = 'OwnLabels1764000000011';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE join_tokens ADD COLUMN own_labels boolean NOT NULL DEFAULT false;');
  }

  async down(): Promise<void> {
    throw new Error('a restored backup is the way back');
  }
}
