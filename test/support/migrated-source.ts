import { DataSource } from 'typeorm';
import { ENTITIES } from '../../apps/api/src/database/schema.js';
import type { Run } from '../../apps/api/src/database/statements.js';
import { migratedDatabase } from './migrated-database.js';
import { startPostgres } from './servers.js';

export interface MigratedSource {
  source: DataSource;
  run: Run;
  close(): Promise<void>;
}

/** A migrated database without an API, for tests of the schema, of plans, or of statements of repositories alone. */
export async function migratedSource(): Promise<MigratedSource> {
  const postgres = await startPostgres();
  const { url } = await migratedDatabase(postgres);
  const source = await new DataSource({
    type: 'postgres',
    url,
    entities: ENTITIES,
    installExtensions: false,
  }).initialize();
  const run: Run = (text, parameters) => source.query(text, parameters);
  const close = async () => {
    await source.destroy();
    await postgres.close();
  };
  return { source, run, close };
}
