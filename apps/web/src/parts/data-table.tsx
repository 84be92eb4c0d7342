import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { useLayoutEffect, useRef, useState, useSyncExternalStore, type ReactNode } from 'react';
import css from './data-table.module.css';

export interface Column<Row> {
  key: string;
  title: string;
  show: (row: Row) => ReactNode;
  /** Left out: it cannot be sorted by. */
  by?: (row: Row) => string | number;
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
}

const ROW_PX = 43;
const PHONE_ROW_PX = 66;
const AHEAD = 12;

/** Only the rows that can be seen are in the document, so thousands scroll like ten. */
export function DataTable<Row>({ caption, columns, rows, keyOf, sort, onSort, onEnd }: DataTableProps<Row>) {
  const body = useRef<HTMLTableSectionElement>(null);
  const { items, before, after } = useVisible(body, rows.length, onEnd);
  return (
    <div className={css.around}>
      <table role="table" className={css.table} aria-rowcount={rows.length + 1}>
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
  column: { key, title, by, isNumber, hide },
  sort,
  onSort,
}: { column: Column<Row> } & Pick<DataTableProps<Row>, 'sort' | 'onSort'>) {
  const direction = sort === key ? 'ascending' : sort === `-${key}` ? 'descending' : undefined;
  return (
    <th role="columnheader" scope="col" aria-sort={direction} className={classOf(isNumber, hide)}>
      {by && onSort ? (
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
  const virtual = useWindowVirtualizer({
    count,
    estimateSize: () => (isPhone ? PHONE_ROW_PX : ROW_PX),
    overscan: AHEAD,
    scrollMargin: top,
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1);
  useLayoutEffect(() => {
    if (last && last.index >= count - 1) onEnd?.();
  }, [last?.index, count, onEnd]);
  return {
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
