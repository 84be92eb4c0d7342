import { fitText } from '@orrery/shared/contracts';
import stringWidth from 'string-width';
import type { Colors } from '../terminal/terminal.js';
import { safeText } from '../terminal/safe-text.js';

export type Tone = 'good' | 'warn' | 'bad' | 'dim' | 'strong';
export interface Column<T> {
  title: string;
  /** Plain text: the table escapes and colors it. */
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
/**
 * Longest text in a cell of a list, because a longer one would widen every row. The whole text is in `-o json`, and in `get` of one object.
 */
const MOST_CELL = 300;

/** Aligns rows in columns without borders, each as wide as its widest cell on screen; trims spaces at line ends. */
export function alignedRows(rows: string[][]): string[] {
  const drawn = rows.map((row) => row.map(drawnWidth));
  const widths: number[] = [];
  for (const row of drawn)
    for (const [column, width] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, width);
  return rows.map((row, at) => {
    const padded = row.map(
      (cell, column) => cell + ' '.repeat((widths[column] ?? 0) + GAP - (drawn[at]?.[column] ?? 0)),
    );
    return cutEnd(padded.join(''));
  });
}

/** Also trims spaces before closing color sequences. */
function cutEnd(line: string): string {
  const text = line.trimEnd();
  const closing = /(?:\u001b\[[0-9;]*m)*$/.exec(text)?.[0] ?? '';
  return text.slice(0, text.length - closing.length).trimEnd() + closing;
}

/** The width without colors; wide characters count as two. Most cells are plain ASCII, which is quick to measure. */
const drawnWidth = (cell: string) => (/^[ -~]*$/.test(cell) ? cell.length : stringWidth(cell));

export function tableLines<T>(columns: Column<T>[], rows: T[], colors: Colors, now: number): string[] {
  const head = columns.map((column) => colors.dim(column.title));
  const body = rows.map((row) =>
    columns.map((column) =>
      toneOf(colors, column.tone?.(row))(safeText(fitText(column.text(row, now), MOST_CELL)) || '-'),
    ),
  );
  return alignedRows([head, ...body]);
}
