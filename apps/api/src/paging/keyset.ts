import type { PageQuery } from '@orrery/shared/contracts';
import { decodeCursor, encodeCursor, type SortType } from './cursor.js';
import type { Where } from './where.js';

export interface SortColumn {
  sql: string;
  /** Type of the column when it is not text. */
  cast?: SortType;
}

/**
 * Keyset pagination: the page after a key, by an index, however deep; rows that come and go in between shift nothing. The
 * query selects `key` (KEY below) and one row more than the page, which tells whether there is a next one.
 */
export class Keyset {
  constructor(
    private readonly columns: readonly SortColumn[],
    private readonly direction: 'ASC' | 'DESC' = 'ASC',
  ) {}

  /** Select it as `key`. */
  get key(): string {
    return `jsonb_build_array(${this.columns.map(({ sql }) => `(${sql})::text`).join(', ')}) AS key`;
  }

  /** Adds the condition to `where`; gives ORDER BY and LIMIT. */
  page(where: Where, { limit, after }: PageQuery): string {
    if (after !== undefined) {
      const key = decodeCursor(
        after,
        this.columns.map(({ cast = 'text' }) => cast),
      );
      const left = this.columns.map(({ sql }) => sql).join(', ');
      const right = this.columns.map(({ cast = 'text' }) => `$?::${cast}`).join(', ');
      where.and(`(${left}) ${this.direction === 'ASC' ? '>' : '<'} (${right})`, ...key);
    }
    const order = this.columns.map(({ sql }) => `${sql} ${this.direction}`).join(', ');
    return `ORDER BY ${order} LIMIT ${limit + 1}`;
  }
}

/** Rows as they came, with their keys, made a page. */
export function toPage<T extends { key: string[] }>(
  rows: T[],
  limit: number,
): { items: Omit<T, 'key'>[]; next: string | null } {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return {
    items: items.map(({ key: _key, ...item }) => item),
    next: last && rows.length > limit ? encodeCursor(last.key) : null,
  };
}
