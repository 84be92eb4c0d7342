import type { RunningApi } from '../../support/api.js';

/** Columns that change on their own, whatever is requested. */
const MOVES = [
  'last_seen_at',
  'publish_at',
  'presence',
  'presence_since',
  'away_seconds',
  'heard_at',
  'checked_at',
  'read_at',
  'seen_at',
  'last_used_at',
];
/** Tables left out: events are compared by who caused them, and idempotency keys belong to tokens. */
const APART = ['events', 'outbox', 'idempotency'];

/** Every row of the database that mentions one of these things, as it is now. */
export async function picture(api: RunningApi, signs: readonly string[]): Promise<string[]> {
  const tables = await api.database.query<{ name: string }[]>(
    `SELECT c.relname AS name FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace
        AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relname <> ALL ($1) ORDER BY 1`,
    [APART],
  );
  const rows: string[] = [];
  for (const { name } of tables) {
    const found = await api.database.query<{ row: string }[]>(
      `SELECT (to_jsonb(t) - $2::text[])::text AS row FROM ${name} t
        WHERE EXISTS (SELECT FROM unnest($1::text[]) AS sign WHERE position(sign IN to_jsonb(t)::text) > 0)`,
      [signs, MOVES],
    );
    rows.push(...found.map(({ row }) => `${name} ${row}`));
  }
  return rows.sort();
}
