import type { ReactNode } from 'react';
import { DataTable } from '../../parts/data-table.js';
import type { Listed } from '../../api/use-read.js';
import { Page } from '../../frame/page.js';
import { Asking, Refused } from '../../parts/notice.js';
import { shownRows, type Shown } from '../../parts/rows.js';
import { Tools, useListSearch } from '../../parts/tools.js';
import { EmptyList } from './empty-list.js';
import css from '../page-body.module.css';

interface ListPageProps<Row> {
  /** The noun, in the plural. */
  noun: string;
  listed: Listed<Row>;
  shown: Shown<Row>;
  keyOf: (row: Row) => string;
  /** The sentence about all of them. */
  title: (rows: readonly Row[]) => ReactNode;
  run: string;
  /** What can be done here. */
  acts?: ReactNode;
  /** What can be done with the rows that a person has chosen. */
  chosen?: ReactNode;
}

/** All things of a kind: a sentence, filters that stand in the address, and a table. */
export function ListPage<Row>({ noun, listed, shown, keyOf, title, run, acts, chosen }: ListPageProps<Row>) {
  const [search, setSearch] = useListSearch();
  const { items, isWhole, error } = listed;
  if (error && items.length === 0) return <Refused error={error} what={noun} />;
  if (items.length === 0 && !isWhole) return <Asking what={noun} />;
  const isFiltered = search.q !== undefined || search.state !== undefined;
  if (items.length === 0 && !isFiltered) return <EmptyList noun={noun} title={title(items)} run={run} acts={acts} />;
  const rows = shownRows(items, shown, search);
  const notFine = items.filter((row) => !shown.isFine(row)).length;
  const choices = [
    { value: undefined, name: 'All', count: items.length },
    { value: 'not-fine', name: 'Not as wanted', count: notFine },
  ];
  return (
    <Page title={title(items)} run={run}>
      <Tools placeholder={`Filter ${noun}`} choices={choices}>
        {acts}
      </Tools>
      {rows.length === 0 ? (
        <p className={`${css.body} ${css.dim}`}>No {noun} match</p>
      ) : (
        <DataTable
          caption={noun}
          columns={shown.columns}
          rows={rows}
          keyOf={keyOf}
          sort={search.sort ?? shown.defaultSort}
          onSort={(sort) => setSearch({ sort: sort === shown.defaultSort ? undefined : sort })}
        />
      )}
      {chosen}
    </Page>
  );
}
