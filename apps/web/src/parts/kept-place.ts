import { useLayoutEffect, useRef, type RefObject } from 'react';

interface Place<Row> {
  rows: readonly Row[];
  keyOf: (row: Row) => string;
  of: string | undefined;
  rowPx: number;
}

/** Rows that appear or vanish above those that somebody reads do not move them. Browsers would do that for some tables, and not all do. */
export function useKeptPlace<Row>(body: RefObject<HTMLElement | null>, { rows, keyOf, of, rowPx }: Place<Row>) {
  const before = useRef({ rows, of });
  useLayoutEffect(() => {
    const was = before.current;
    before.current = { rows, of };
    if (of === undefined || was.rows === rows) return;
    const above = -(body.current?.getBoundingClientRect().top ?? 0);
    if (above <= 0) return;
    if (was.of !== of) return body.current?.closest('table')?.scrollIntoView({ block: 'start', behavior: 'instant' });
    const by = movedBy(was.rows.map(keyOf), rows.map(keyOf), Math.floor(above / rowPx));
    if (by !== 0) window.scrollBy({ top: by * rowPx, behavior: 'instant' });
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
