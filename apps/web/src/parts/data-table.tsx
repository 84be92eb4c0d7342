import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { useLayoutEffect, useRef, useState, useSyncExternalStore, type ReactNode } from 'react';
import { useKeptPlace } from './kept-place.js';
import css from './data-table.module.css';

export interface Column<Row> {
  key: string;
  title: string;
  show: (row: Row) => ReactNode;
  /** What rows that are all here are sorted by. */
  by?: (row: Row) => string | number;
  /** What the API sorts by, where it does. Neither of both: it cannot be sorted by. */
  sort?: string;
  isNumber?: boolean;
  /** Where there is little room: left out on a phone, on a tablet, or on both. A phone has room for four. */
  hide?: 'phone' | 'tablet' | 'both';
}

interface DataTableProps<Row> {
  caption: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  keyOf: (row: Row) => string;
  sort?: string;
  onSort?: (sort: string) => void;
  /** Somebody reads near the end of what is there. */
  onEnd?: () => void;
  /** More rows follow that are not here; nobody knows how many. */
  isOpen?: boolean;
  /** The rows are of what was asked for before. */
  isOld?: boolean;
  /** What the rows are: others begin at their top, and of the same those that somebody reads stay where they are. */
  of?: string;
}

const ROW_PX = 43;
const PHONE_ROW_PX = 66;
const AHEAD = 12;
/** This many rows before the end, more are asked for. */
const NEAR_END = 40;

/** Only the rows that can be seen are in the document, so thousands scroll like ten. */
export function DataTable<Row>(props: DataTableProps<Row>) {
  const { caption, columns, rows, keyOf, sort, onSort, onEnd, isOpen = false, isOld = false, of } = props;
  const body = useRef<HTMLTableSectionElement>(null);
  const { items, before, after, rowPx } = useVisible(body, rows.length, onEnd);
  useKeptPlace(body, { rows, keyOf, of, rowPx });
  return (
    <div className={css.around} data-keeps-place={of !== undefined || undefined}>
      <table
        role="table"
        className={css.table}
        aria-rowcount={isOpen ? -1 : rows.length + 1}
        aria-busy={isOld || undefined}
      >
        <caption className={css.hidden}>{caption}</caption>
        <thead role="rowgroup">
          <tr role="row" aria-rowindex={1}>
            {columns.map((column) => (
              <Title key={column.key} column={column} sort={sort} onSort={onSort} />
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup" ref={body}>
          {before > 0 && <Gap px={before} columns={columns.length} />}
          {items.map((index) => {
            const row = rows[index] as Row;
            return <TableRow key={keyOf(row)} row={row} index={index} columns={columns} />;
          })}
          {after > 0 && <Gap px={after} columns={columns.length} />}
        </tbody>
      </table>
    </div>
  );
}

function Title<Row>({
  column: { key, title, by, sort: byApi, isNumber, hide },
  sort,
  onSort,
}: { column: Column<Row> } & Pick<DataTableProps<Row>, 'sort' | 'onSort'>) {
  const direction = sort === key ? 'ascending' : sort === `-${key}` ? 'descending' : undefined;
  return (
    <th role="columnheader" scope="col" aria-sort={direction} className={classOf(isNumber, hide)}>
      {(by ?? byApi) && onSort ? (
        <button type="button" onClick={() => onSort(direction === 'ascending' ? `-${key}` : key)}>
          {title}
          {direction && <span aria-hidden="true">{direction === 'ascending' ? ' ↑' : ' ↓'}</span>}
        </button>
      ) : (
        title
      )}
    </th>
  );
}

function TableRow<Row>({ row, index, columns }: { row: Row; index: number; columns: readonly Column<Row>[] }) {
  return (
    <tr role="row" aria-rowindex={index + 2}>
      {columns.map(({ key, title, show, isNumber, hide }) => (
        <td role="cell" key={key} data-title={title} className={classOf(isNumber, hide)}>
          {show(row)}
        </td>
      ))}
    </tr>
  );
}

const classOf = (isNumber = false, hide?: string) =>
  [isNumber && css.number, hide && css[hide]].filter(Boolean).join(' ') || undefined;

const Gap = ({ px, columns }: { px: number; columns: number }) => (
  <tr aria-hidden="true" className={css.gap}>
    <td colSpan={columns} style={{ height: px }} />
  </tr>
);

function useVisible(body: React.RefObject<HTMLElement | null>, count: number, onEnd?: () => void) {
  const isPhone = useIsPhone();
  const [top, setTop] = useState(0);
  useLayoutEffect(() => {
    setTop((body.current?.getBoundingClientRect().top ?? 0) + window.scrollY);
  }, [body, count > 0, isPhone]);
  const rowPx = isPhone ? PHONE_ROW_PX : ROW_PX;
  const virtual = useWindowVirtualizer({
    count,
    estimateSize: () => rowPx,
    overscan: AHEAD,
    scrollMargin: top,
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1);
  const isNearEnd = last !== undefined && last.index >= count - NEAR_END;
  useLayoutEffect(() => {
    if (isNearEnd) onEnd?.();
  }, [isNearEnd, onEnd]);
  return {
    rowPx,
    items: items.map(({ index }) => index),
    before: (items[0]?.start ?? top) - top,
    after: virtual.getTotalSize() - ((last?.end ?? top) - top),
  };
}

const PHONE = matchMedia('(max-width: 760px)');

const useIsPhone = () =>
  useSyncExternalStore(
    (listener) => {
      PHONE.addEventListener('change', listener);
      return () => PHONE.removeEventListener('change', listener);
    },
    () => PHONE.matches,
  );
