import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { EntityMetadata } from 'typeorm';
import { migratedSource, type MigratedSource } from '../../../../test/support/migrated-source.js';
import { NetworkEntity } from './entities/network.entity.js';
import { ENTITIES } from './schema.js';

/** Foreign keys whose columns do not start an index that covers all rows, or all rows in which they are not NULL. */
const WITHOUT_INDEX = `
  SELECT c.conrelid::regclass::text || ' (' || array_to_string(ARRAY(
           SELECT a.attname FROM unnest(c.conkey) WITH ORDINALITY AS k(number, place)
             JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.number ORDER BY place), ', ') || ')' AS key
    FROM pg_constraint c JOIN pg_namespace n ON n.oid = c.connamespace
   WHERE c.contype = 'f' AND n.nspname = current_schema() AND c.conparentid = 0 AND NOT EXISTS (
     SELECT FROM pg_index i WHERE i.indrelid = c.conrelid AND i.indisvalid
       AND (i.indkey::int2[])[0:cardinality(c.conkey) - 1] @> c.conkey
       AND (i.indpred IS NULL OR pg_get_expr(i.indpred, i.indrelid) ~ '^\\([a-z_]+ IS NOT NULL\\)$'))
   ORDER BY 1`;

/** Columns of a table in the form that an entity declares: an array counts as one of its elements. */
const COLUMNS = `
  SELECT a.attname || ' ' || replace(format_type(a.atttypid, NULL), 'timestamp with time zone', 'timestamptz') ||
         CASE WHEN a.attnotnull THEN '' ELSE ' or null' END AS column
    FROM pg_attribute a WHERE a.attrelid = $1::regclass AND a.attnum > 0 AND NOT a.attisdropped`;

let bench: MigratedSource;

beforeAll(async () => {
  bench = await migratedSource();
}, 60_000);

afterAll(() => bench?.close());

const withoutIndex = async () => (await bench.run<{ key: string }>(WITHOUT_INDEX)).map(({ key }) => key);

describe('every foreign key', () => {
  it('has an index, so that removing a row does not scan the table that refers to it', async () => {
    expect(await withoutIndex()).toEqual([]);
  });

  it('is found when it has none, or only one that leaves out rows: the control', async () => {
    await bench.run(`
      CREATE TABLE referring (
        bare text REFERENCES hosts, partly text REFERENCES hosts, present text REFERENCES hosts, second text REFERENCES hosts);
      CREATE INDEX ON referring (partly) WHERE second = 'x';
      CREATE INDEX ON referring (present) WHERE present IS NOT NULL;
      CREATE INDEX ON referring (present, second)`);
    expect(await withoutIndex()).toEqual(['referring (bare)', 'referring (partly)', 'referring (second)']);
    await bench.run('DROP TABLE referring');
  });
});

describe('every entity', () => {
  const declared = ({ columns }: EntityMetadata) =>
    columns
      .map(({ databaseName, type, isArray, isNullable }) =>
        [databaseName, `${String(type)}${isArray ? '[]' : ''}`, ...(isNullable ? ['or null'] : [])].join(' '),
      )
      .sort();
  const inTable = async (table: string) =>
    (await bench.run<{ column: string }>(COLUMNS, [table])).map(({ column }) => column).sort();

  it('declares exactly the columns of its table', async () => {
    expect(bench.source.entityMetadatas).toHaveLength(ENTITIES.length);
    for (const entity of bench.source.entityMetadatas)
      expect([entity.tableName, ...declared(entity)]).toEqual([entity.tableName, ...(await inTable(entity.tableName))]);
  });

  it('is found when it lacks a column of its table: the control', async () => {
    await bench.run('ALTER TABLE networks ADD COLUMN forgotten text');
    const networks = bench.source.getMetadata(NetworkEntity);
    expect((await inTable('networks')).filter((column) => !declared(networks).includes(column))).toEqual([
      'forgotten text or null',
    ]);
    await bench.run('ALTER TABLE networks DROP COLUMN forgotten');
  });
});
