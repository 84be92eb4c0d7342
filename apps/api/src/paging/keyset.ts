import type { PageQuery } from '@orrery/shared/contracts';
import { z } from 'zod';
import type { Sql } from '../database/sql.js';
import { badRequest } from '../http/schema.pipe.js';
import type { Where } from './where.js';

const Text = z
  .string()
  .max(300)
  .regex(/^[^\0]*$/);

/**
 * As Postgres writes a timestamptz: `2026-03-01 12:00:00.123456+05:30`. Only days that exist, because Postgres would
 * refuse others.
 */
const Instant = z
  .string()
  .regex(/^[1-9]\d{3}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,6})?[+-](0\d|1[0-4])(:[0-5]\d)?$/)
  .refine((text) => z.iso.datetime({ offset: true }).safeParse(toIso(text)).success);

const toIso = (text: string) => text.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00');

/** The types that a sort column may have. */
const FORMS = { text: Text, timestamptz: Instant, bigint: z.string().regex(/^\d{1,18}$/) };
type SortType = keyof typeof FORMS;

export interface SortColumn {
  sql: string;
  /** Type of the column if it is not text. */
  cast?: SortType;
}

export interface Page<Item> {
  items: Item[];
  next: string | null;
}

/**
 * A list whose rows cost much: `keys` finds and orders them by as few tables as it takes, and `rows` reads those of the
 * page, from `page p`, whose columns are `columns`.
 */
export interface CutFirst {
  columns: string;
  /** From FROM on, without WHERE. */
  keys: string;
  /** A SELECT with `p.key` among its columns. */
  rows: string;
}

/**
 * The order of a list, and its pages. A page after a key is found by an index, however deep, and rows added or removed
 * in between shift nothing. A list consists of three things: an order, a SELECT with `${ORDER.key}` among its columns,
 * and `ORDER.page(sql, SELECT, where, query)`.
 */
export class Keyset {
  constructor(
    private readonly columns: readonly SortColumn[],
    private readonly direction: 'ASC' | 'DESC' = 'ASC',
  ) {}

  /** A column of the SELECT. */
  get key(): string {
    return `jsonb_build_array(${this.columns.map(({ sql }) => `(${sql})::text`).join(', ')}) AS key`;
  }

  /** The page that `query` asks for, of the rows that match `where`. */
  async page<Row>(sql: Sql, select: string, where: Where, query: PageQuery): Promise<Page<Row>> {
    const tail = this.tail(where, query);
    const rows = await sql.query<(Row & { key: string[] })[]>(`${select} ${where.sql} ${tail}`, where.values);
    return toPage<Row>(rows, query.limit);
  }

  /**
   * The same, but the page is cut before its rows are read. LIMIT alone keeps the two apart. MATERIALIZED would hide from
   * Postgres that the page is in order, and it would be sorted once more.
   */
  async cutPage<Row>(sql: Sql, { columns, keys, rows }: CutFirst, where: Where, query: PageQuery): Promise<Page<Row>> {
    const tail = this.tail(where, query);
    const own = this.columns.map((column, at) => `${column.sql} AS by_${at}`).join(', ');
    const order = this.columns.map((_, at) => `p.by_${at} ${this.direction}`).join(', ');
    const key = this.columns.map((_, at) => `c.by_${at}::text`).join(', ');
    const cut = `SELECT ${columns}, ${own} ${keys} ${where.sql} ${tail}`;
    const page = `SELECT c.*, jsonb_build_array(${key}) AS key FROM (${cut}) c`;
    const text = `WITH page AS (${page}) ${rows} ORDER BY ${order}`;
    return toPage<Row>(await sql.query<(Row & { key: string[] })[]>(text, where.values), query.limit);
  }

  /**
   * Adds the start of the page to `where`. Returns ORDER BY and LIMIT for one row more than the page, which shows
   * whether there is a next one.
   */
  tail(where: Where, { limit, after }: PageQuery): string {
    if (after !== undefined) {
      const key = decodeCursor(
        after,
        this.columns.map(({ cast = 'text' }) => cast),
      );
      const left = this.columns.map(({ sql }) => sql).join(', ');
      const given = this.columns.map(({ cast = 'text' }) => `$?::${cast}`);
      const beyond = this.direction === 'ASC' ? '>' : '<';
      where.and(`(${left}) ${beyond} (${given.join(', ')})`, ...key);
      // Postgres uses no index for columns of several tables, but one for the first.
      if (key.length > 1) where.and(`${this.columns[0]?.sql} ${beyond}= ${given[0]}`, key[0]);
    }
    const order = this.columns.map(({ sql }) => `${sql} ${this.direction}`).join(', ');
    return `ORDER BY ${order} LIMIT ${limit + 1}`;
  }
}

/** Makes a page of rows with their keys. */
export function toPage<Row>(rows: readonly (Row & { key: string[] })[], limit: number): Page<Row> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return {
    items: items.map(withoutKey<Row>),
    next: last && rows.length > limit ? encodeCursor(last.key) : null,
  };
}

/** For rows of the same SELECT outside of a page. */
export function withoutKey<Row>({ key: _key, ...row }: Row & { key: string[] }): Row {
  return row as unknown as Row;
}

/** The same page with each row converted. */
export const mapPage = <Row, Item>({ items, next }: Page<Row>, toItem: (row: Row) => Item): Page<Item> => ({
  items: items.map(toItem),
  next,
});

/** `next` of a page: the sort key of its last row. It is sealed before it leaves (`PageCursors`). */
export const encodeCursor = (key: readonly string[]) => JSON.stringify(key);

/** The key in a cursor that we issued; anything else is a bad request, not a fault. */
export function decodeCursor(cursor: string, types: readonly SortType[]): string[] {
  let value: unknown;
  try {
    value = JSON.parse(cursor);
  } catch {
    value = undefined;
  }
  const key = z.array(Text).length(types.length).safeParse(value);
  if (key.success && types.every((type, index) => FORMS[type].safeParse(key.data[index]).success)) return key.data;
  throw badRequest([{ path: ['after'], message: 'not a cursor of this list; use `next` of the previous page' }]);
}
