import { DataSource } from 'typeorm';
import { MIGRATIONS } from '../../apps/api/src/database/schema.js';

/** As a first start of the API does it. */
export async function migrate(url: string): Promise<void> {
  const source = await new DataSource({ type: 'postgres', url, migrations: MIGRATIONS }).initialize();
  try {
    await source.runMigrations({ transaction: 'all' });
    await source.query('SELECT orrery_scope.refresh()');
  } finally {
    await source.destroy();
  }
}
