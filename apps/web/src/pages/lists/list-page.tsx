import type { ReactNode } from 'react';
import { DataTable } from '../../parts/data-table.js';
import type { EndlessList, Listed } from '../../api/use-read.js';
import { Page } from '../../frame/page.js';
import { Asking, Refused } from '../../parts/notice.js';
import { shownRows, type Shown } from '../../parts/rows.js';
import { Tools, useListSearch } from '../../parts/tools.js';
import { EmptyList } from './empty-list.js';
import { More } from './more.js';
import css from '../page-body.module.css';

interface ListPageProps<Row> {
  /** The noun, in the plural. */
  noun: string;
  listed: Listed<Row>;
  /** The same list, if it is long: its rows stand in the order of the API, and more come as somebody reads. */
  long?: EndlessList<Row>;
  shown: Shown<Row>;
  keyOf: (row: Row) => string;
  /** The sentence about all of them. */
  title: (rows: readonly Row[]) => ReactNode;
  run: string;
  /** What can be done here. */
  acts?: ReactNode;
}

/** All things of a kind of which there are few: a sentence, filters that stand in the address, and a table. */
export function ListPage<Row>({ noun, listed, long, shown, keyOf, title, run, acts }: ListPageProps<Row>) {
  const [search, setSearch] = useListSearch();
  const { items, isWhole, error } = listed;
  if (error && items.length === 0) return <Refused error={error} what={noun} />;
  if (items.length === 0 && !isWhole) return <Asking what={noun} />;
  const isFiltered = search.q !== undefined || search.state !== undefined;
  if (items.length === 0 && !isFiltered) return <EmptyList noun={noun} title={title(items)} run={run} acts={acts} />;
  const rows = long ? items : shownRows(items, shown, search);
  const notFine = items.filter((row) => !shown.isFine(row)).length;
  const choices = [
    { value: undefined, name: 'All', count: isWhole ? items.length : undefined },
    { value: 'not-fine', name: 'Not as wanted', count: isWhole ? notFine : undefined },
  ];
  return (
    <Page title={title(items)} run={run}>
      <Tools placeholder={`Filter ${noun}`} choices={choices}>
        {acts}
      </Tools>
      {rows.length === 0 ? (
        isWhole && <p className={`${css.body} ${css.dim}`}>No {noun} match</p>
      ) : (
        <DataTable
          caption={noun}
          columns={shown.columns}
          rows={rows}
          keyOf={keyOf}
          sort={long ? undefined : (search.sort ?? shown.defaultSort)}
          onSort={(sort) => setSearch({ sort: sort === shown.defaultSort ? undefined : sort })}
          onEnd={long?.moreError ? undefined : long?.more}
          isOpen={!isWhole}
          of={long?.of}
        />
      )}
      {long && <More noun={noun} list={long} isFiltered={false} />}
    </Page>
  );
}
