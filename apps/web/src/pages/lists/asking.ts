import type { Asking } from '../../api/client.js';
import type { Column } from '../../parts/data-table.js';
import type { ListSearch } from '../../parts/tools.js';

type Query = NonNullable<Asking['query']>;

/** The API searches for no longer texts. */
const MOST_SEARCHED = 100;

/** A term of a selector as the API reads it, other than a mere key, which could be any word. */
const TERM = /^[a-z0-9][a-z0-9./-]*!?=[A-Za-z0-9._-]*$/;

/** What the search of a list asks the API for. */
export const textAsked = (q = ''): Query => {
  const text = q.trim().slice(0, MOST_SEARCHED);
  return text === '' ? {} : { q: text };
};

/** Hosts are found by labels as well: `site=fra web`. */
export function hostTextAsked(q = ''): Query {
  const words = q.split(/\s+/);
  const terms = words.filter((word) => TERM.test(word));
  const text = textAsked(words.filter((word) => !TERM.test(word)).join(' '));
  return terms.length === 0 ? text : { ...text, selector: terms.join(',') };
}

/** What the API sorts by for a column in the address, `-seen`. Undefined: by no column of this table. */
export function sortAsked<Row>(columns: readonly Column<Row>[], sort: string): string | undefined {
  const isDown = sort.startsWith('-');
  const byApi = columns.find(({ key }) => key === sort.slice(isDown ? 1 : 0))?.sort;
  if (byApi === undefined || !isDown) return byApi;
  return byApi.startsWith('-') ? byApi.slice(1) : `-${byApi}`;
}

/** The column that the address names, if the table can be sorted by it, or else the usual one. */
export const sortOf = <Row>(columns: readonly Column<Row>[], { sort }: ListSearch, usual: string): string =>
  sort !== undefined && sortAsked(columns, sort) !== undefined ? sort : usual;
