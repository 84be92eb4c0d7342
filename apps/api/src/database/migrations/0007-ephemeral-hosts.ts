import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Hosts that are removed after they were unreachable for long enough. */
export class EphemeralHosts1764000000007 implements MigrationInterface {
  readonly name = 'EphemeralHosts1764000000007';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE join_tokens ADD COLUMN ephemeral_seconds integer CHECK (ephemeral_seconds > 0);
      ALTER TABLE hosts ADD COLUMN ephemeral_seconds integer; -- how long it may be unreachable; NULL: it is never removed
      -- How much of that is used up. Counts only time in which the presence judge could have heard from it.
      ALTER TABLE host_status ADD COLUMN away_seconds double precision NOT NULL DEFAULT 0;`);
  }

  async down(): Promise<void> {
    throw new Error('this migration cannot be undone: restore a backup');
  }
}
