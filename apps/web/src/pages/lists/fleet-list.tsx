import { useMemo, type ReactNode } from 'react';
import { useRead, type EndlessList } from '../../api/use-read.js';
import { Page } from '../../frame/page.js';
import { DataTable, type Column } from '../../parts/data-table.js';
import { Asking, Refused } from '../../parts/notice.js';
import type { Standing } from '../../parts/states.js';
import { Tools, useListSearch, usePaused } from '../../parts/tools.js';
import { capital } from '../../parts/words.js';
import { EmptyList } from './empty-list.js';
import { sortAsked, sortOf, textAsked } from './asking.js';
import { fleetStandings, rowStanding, type FleetNoun, type FleetStandings } from './fleet-standings.js';
import { listSentence } from './list-sentence.js';
import { More, NoAnswer } from './more.js';

/** One page fills the largest window; whoever reads on reads much. */
export const PAGES = { limit: 100, nextLimit: 250, keeps: true };
const NOT_FINE = 'not-fine';

/** What the API searches, sorts and cuts into pages, because there may be more of it than a browser should hold. */
export interface FleetTable<Row> {
  noun: FleetNoun;
  /** What one of them is called, and all when they are fine. */
  words: { one: string; fine: string };
  /** What the search looks at. */
  filter: string;
  textAsked?: typeof textAsked;
  columns: (standing: (row: Row) => Standing) => readonly Column<Row>[];
  /** By the row alone. */
  own: (row: Row) => Standing;
  /** Its key in `fleetStandings`. */
  judgedAs: (row: Row) => string;
  keyOf: (row: Row) => string;
  usualSort: string;
  /** The command that lists them. */
  run: string;
}

/** The question that the address asks of the API, and the table as that needs it. */
export function useFleetTable<Row>(table: FleetTable<Row>) {
  const [search] = useListSearch();
  const q = usePaused(search.q ?? '');
  const { data: topology, error } = useRead('/v1/topology');
  const fleet = useMemo(() => topology && fleetStandings(topology, table.noun), [topology, table]);
  const columns = useMemo(
    () => table.columns((row) => rowStanding(table.own(row), fleet?.of(table.judgedAs(row)))),
    [table, fleet],
  );
  const sort = sortOf(columns, search, table.usualSort);
  const query = {
    ...(table.textAsked ?? textAsked)(q),
    sort: sortAsked(columns, sort),
    attention: search.state === NOT_FINE || undefined,
  };
  return { table, columns, sort, query, fleet, hasNoFleet: error !== null };
}

interface FleetListProps<Row> {
  asked: Omit<ReturnType<typeof useFleetTable<Row>>, 'query'>;
  list: EndlessList<Row>;
  /** What can be done here, and with the rows that a person has chosen. */
  acts?: ReactNode;
  chosen?: ReactNode;
}

/** All things of a kind: a sentence and counts about the whole fleet, and a table whose rows come as somebody reads. */
export function FleetList<Row>({ asked, list, acts, chosen }: FleetListProps<Row>) {
  const { table, columns, sort, fleet, hasNoFleet } = asked;
  const [search, setSearch] = useListSearch();
  const { items, isWhole, isOld, error } = list;
  const isOnlyBad = search.state === NOT_FINE;
  const isFiltered = isOnlyBad || search.q !== undefined;
  const hasNothing = items.length === 0 && !isWhole;
  if (hasNothing && error && !isFiltered) return <Refused error={error} what={table.noun} />;
  // Later, the search stays: somebody may be typing.
  const isFirst = hasNothing && !error && !isOld && !isFiltered;
  if (isFirst || !(fleet ?? hasNoFleet)) return <Asking what={table.noun} />;
  if (items.length === 0 && isWhole && !isFiltered)
    return <EmptyList noun={table.noun} title={titleOf(table, fleet)} run={table.run} acts={acts} />;
  return (
    <Page title={titleOf(table, fleet)} run={isOnlyBad ? `${table.run} --attention` : table.run}>
      <Tools placeholder={table.filter} choices={choicesOf(fleet)}>
        {acts}
      </Tools>
      {items.length > 0 && (
        <DataTable
          caption={table.noun}
          columns={columns}
          rows={items}
          keyOf={table.keyOf}
          sort={sort}
          onSort={(to) => setSearch({ sort: to === table.usualSort ? undefined : to })}
          onEnd={list.moreError ? undefined : list.more}
          isOpen={!isWhole}
          isOld={isOld}
          of={list.of}
        />
      )}
      {hasNothing && (error ? <NoAnswer noun={table.noun} error={error} /> : <Asking what={table.noun} />)}
      <More noun={table.noun} list={list} isFiltered={isFiltered} />
      {chosen}
    </Page>
  );
}

/** Without a judgement of the fleet, nothing is said about it. */
const titleOf = <Row,>({ noun, words }: FleetTable<Row>, fleet: FleetStandings | undefined): string =>
  fleet ? listSentence(fleet.all, words.one, words.fine) : capital(noun);

const choicesOf = (fleet: FleetStandings | undefined) => [
  { value: undefined, name: 'All', count: fleet?.all.length },
  { value: NOT_FINE, name: 'Not as wanted', count: fleet?.notFine },
];
