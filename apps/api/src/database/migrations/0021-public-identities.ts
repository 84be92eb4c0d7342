import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The public keys of pre-generated identities, for a root that must know them before they start; and whether nodes have
 * heard from anyone since they started.
 */
export class PublicIdentities1764000000021 implements MigrationInterface {
  readonly name = 'PublicIdentities1764000000021';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(SCHEMA);
    await runner.query('SELECT orrery_scope.refresh()');
  }

  async down(): Promise<void> {
    throw new Error('this migration cannot be undone: restore a backup');
  }
}

const SCHEMA = `
ALTER TABLE identities
  ADD COLUMN public text,                     -- <address>:0:<128 hex>, as reported by its host; NULL: not reported
  ADD CONSTRAINT identities_public CHECK (public ~ '^[0-9a-f]{10}:0:[0-9a-f]{128}$' AND left(public, 10) = address);
ALTER TABLE node_status
  ADD COLUMN heard boolean,                   -- whether it has heard from another node since it was started; NULL: unknown
  ADD COLUMN heard_since timestamptz;         -- since when heard has had this value
CREATE INDEX identities_public ON identities (offered_at) WHERE public IS NOT NULL AND state <> 'retired';
`;
