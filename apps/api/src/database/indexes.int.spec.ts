import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { migratedSource, type MigratedSource } from '../../../../test/support/migrated-source.js';

/** Foreign keys whose columns begin no index that holds all rows, or all in which they are not NULL. */
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

  it('is found when it has none, or only one that leaves rows out: the control', async () => {
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
