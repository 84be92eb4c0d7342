import type { Column } from './data-table.js';
import type { ListSearch } from './tools.js';

/** Pure: what a table shows of what there is. */
export interface Shown<Row> {
  columns: readonly Column<Row>[];
  /** What the search looks at. */
  text: (row: Row) => string;
  isFine: (row: Row) => boolean;
  defaultSort: string;
}

export function shownRows<Row>(
  rows: readonly Row[],
  { columns, text, isFine, defaultSort }: Shown<Row>,
  search: ListSearch,
) {
  const words = (search.q ?? '').toLowerCase().split(/\s+/).filter(Boolean);
  const found = rows.filter((row) => {
    if (search.state === 'not-fine' && isFine(row)) return false;
    const hay = words.length > 0 ? text(row).toLowerCase() : '';
    return words.every((word) => hay.includes(word));
  });
  const sort = search.sort ?? defaultSort;
  const by = columns.find(({ key }) => key === sort.replace(/^-/, ''))?.by;
  if (!by) return found;
  const keyed = found.map((row) => ({ row, key: by(row) }));
  const direction = sort.startsWith('-') ? -1 : 1;
  return keyed.sort((a, b) => compare(a.key, b.key) * direction).map(({ row }) => row);
}

const collator = new Intl.Collator('en', { numeric: true });

const compare = (a: string | number, b: string | number): number =>
  typeof a === 'number' && typeof b === 'number' ? a - b : collator.compare(String(a), String(b));
