import type { z } from 'zod';
import type { ApiClient, Query } from './api-client.js';

export type PageSchema<T> = z.ZodType<{ items: T[]; next: string | null }>;
export interface Listed<T> {
  rows: { value: T; raw: unknown }[];
  /** The list was cut at the limit. */
  more: boolean;
}

const PAGE = 500;

/** Follows the pages of a list up to a limit. */
export async function listAll<T>(
  client: ApiClient,
  path: string,
  page: PageSchema<T>,
  query: Query = {},
  limit = Infinity,
): Promise<Listed<T>> {
  const rows: Listed<T>['rows'] = [];
  let after: string | undefined;
  for (;;) {
    const size = Math.min(PAGE, limit - rows.length);
    const { value, raw } = await client.get(path, page, { query: { ...query, limit: size, after } });
    const raws = (raw as { items: unknown[] }).items;
    rows.push(...value.items.map((item, index) => ({ value: item, raw: raws[index] })));
    if (value.next === null) return { rows, more: false };
    if (rows.length >= limit) return { rows, more: true };
    after = value.next;
  }
}
