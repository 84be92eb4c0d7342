import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When an event happened, in addition to when it was committed; durations of admission policies in the usual notation. */
export class Times1764000000019 implements MigrationInterface {
  readonly name = 'Times1764000000019';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(SCHEMA);
  }

  async down(): Promise<void> {
    throw new Error('this migration cannot be undone: restore a backup');
  }
}

const SCHEMA = `
ALTER TABLE events ADD COLUMN happened_at timestamptz;   -- on the API's clock, computed from the host's report; NULL: when it was committed

-- The policy of a network writes a duration as everywhere else: 8h, not seconds.
UPDATE networks SET admission = (admission - 'forSeconds') || jsonb_build_object('for', (admission ->> 'forSeconds') || 's')
 WHERE admission ? 'forSeconds';
`;
