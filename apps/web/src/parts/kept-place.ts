import { useLayoutEffect, useRef, type RefObject } from 'react';

interface Place<Row> {
  rows: readonly Row[];
  keyOf: (row: Row) => string;
  of: string | undefined;
  rowPx: number;
}

/**
 * Rows that appear or vanish above those that somebody reads do not move them, nor does a sentence above the table that gets longer. Not all browsers
 * do that, and none for a table whose rows outside the window are not there.
 */
export function useKeptPlace<Row>(body: RefObject<HTMLElement | null>, { rows, keyOf, of, rowPx }: Place<Row>) {
  const before = useRef<Omit<Place<Row>, 'keyOf'> & { top: number }>(undefined);
  useLayoutEffect(() => {
    const element = body.current;
    if (of === undefined || !element) return;
    const top = element.getBoundingClientRect().top + window.scrollY;
    const was = before.current;
    before.current = { rows, of, rowPx, top };
    const above = window.scrollY - (was?.top ?? Infinity);
    if (!was || above <= 0 || was.rowPx !== rowPx) return;
    if (was.of !== of) return element.closest('table')?.scrollIntoView({ block: 'start', behavior: 'instant' });
    const isSame = was.rows === rows;
    const moved = isSame ? 0 : movedBy(was.rows.map(keyOf), rows.map(keyOf), Math.floor(above / rowPx));
    const by = moved * rowPx + top - was.top;
    if (by !== 0) window.scrollBy({ top: by, behavior: 'instant' });
  });
}

/**
 * How many rows further down, or up, those stand that somebody reads from row `from` on. If the first of them is gone,
 * the next that is still there counts.
 */
export function movedBy(before: readonly string[], after: readonly string[], from: number): number {
  const places = new Map(after.map((key, at) => [key, at]));
  for (let at = from; at < before.length; at++) {
    const now = places.get(before[at] ?? '');
    if (now !== undefined) return now - at;
  }
  return 0;
}
