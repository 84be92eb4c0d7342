import Table from 'cli-table3';
import stringWidth from 'string-width';
import type { Colors } from '../terminal/terminal.js';
import { safeText } from '../terminal/safe-text.js';

export type Tone = 'good' | 'warn' | 'bad' | 'dim' | 'strong';
export interface Column<T> {
  title: string;
  /** Plain text: the table makes it harmless, and colours it. */
  text: (row: T, now: number) => string;
  tone?: (row: T) => Tone | undefined;
  /** Only in `-o wide`. */
  wide?: boolean;
}

export const toneOf = (colors: Colors, tone: Tone | undefined): ((text: string) => string) => {
  switch (tone) {
    case 'good':
      return colors.green;
    case 'warn':
      return colors.yellow;
    case 'bad':
      return colors.red;
    case 'dim':
      return colors.dim;
    case 'strong':
      return colors.bold;
    case undefined:
      return String;
  }
};

const GAP = 3;
/** cli-table3 takes time that grows with the square of the rows: a fleet is drawn in pieces that share their column widths. */
const ROWS_PER_PIECE = 100;
const NO_BORDER = Object.fromEntries(
  'top top-mid top-left top-right bottom bottom-mid bottom-left bottom-right left left-mid mid mid-mid right right-mid middle'
    .split(' ')
    .map((part) => [part, '']),
);

/** Rows in columns, each as wide as its widest cell is drawn, without borders; spaces at the ends of lines are cut. */
export function alignedRows(rows: string[][]): string[] {
  const widths: number[] = [];
  for (const row of rows)
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, drawnWidth(cell));
  const colWidths = widths.map((width) => width + GAP);
  const lines: string[] = [];
  for (let start = 0; start < rows.length; start += ROWS_PER_PIECE) {
    const style = { head: [], border: [], 'padding-left': 0, 'padding-right': 0 };
    const table = new Table({ chars: NO_BORDER, style, colWidths });
    table.push(...rows.slice(start, start + ROWS_PER_PIECE));
    lines.push(...table.toString().split('\n').map(cutEnd));
  }
  return lines;
}

/** Spaces before the closing colour sequence count as the end, too. */
const cutEnd = (line: string) => line.replace(/ +((?:\u001b\[[0-9;]*m)*)$/, '$1').trimEnd();

/** Without colours; wide characters count as two. What is plain is most of it, and is measured quickly. */
const drawnWidth = (cell: string) => (/^[ -~]*$/.test(cell) ? cell.length : stringWidth(cell));

export function tableLines<T>(columns: Column<T>[], rows: T[], colors: Colors, now: number): string[] {
  const head = columns.map((column) => colors.dim(column.title));
  const body = rows.map((row) =>
    columns.map((column) => toneOf(colors, column.tone?.(row))(safeText(column.text(row, now)) || '-')),
  );
  return alignedRows([head, ...body]);
}
