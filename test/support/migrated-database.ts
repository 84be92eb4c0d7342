import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import type { TestDatabase, TestPostgres } from './servers-postgres.js';
import { runFolder, underLock } from './servers-run.js';

const TEMPLATE = 'migrated';
const MIGRATED_WITHIN_MS = 120_000;
const NEW_IDENTITY = `UPDATE store SET id = substr(replace(gen_random_uuid()::text, '-', ''), 1, 10)`;

/**
 * A database that is already migrated, with an identity of its own: a copy of one that is created once in a run, for
 * tests that do not look at migrations. In a cluster of its own the API migrates as usual.
 */
export async function migratedDatabase(postgres: TestPostgres): Promise<TestDatabase> {
  if (!postgres.isShared) return postgres.createDatabase();
  const run = await runFolder();
  const mark = join(run, 'migrated');
  const makeOnce = async () => {
    if (existsSync(mark)) return;
    await makeTemplate(postgres);
    await writeFile(mark, '');
  };
  await underLock(`${mark}.lock`, makeOnce, MIGRATED_WITHIN_MS);
  const database = await postgres.createDatabase({ template: TEMPLATE });
  await ask(database.url, NEW_IDENTITY);
  return database;
}

/** Under another name until it is complete. Only the process that creates it loads TypeORM. */
async function makeTemplate(postgres: TestPostgres): Promise<void> {
  const { migrate } = await import('./migrate.js');
  const draft = await postgres.createDatabase();
  await migrate(draft.url);
  await ask(postgres.url, `ALTER DATABASE ${draft.name} RENAME TO ${TEMPLATE}`);
}

async function ask(connectionString: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
