import pg from 'pg';

/** The values that a query returns, row after row. */
export async function ask(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const results = [await client.query<Record<string, unknown>>(sql)].flat();
    return results.flatMap(({ rows }) => rows.flatMap((row) => Object.values(row)));
  } finally {
    await client.end();
  }
}
