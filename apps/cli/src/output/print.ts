import type { Context } from '../program/context.js';
import { jsonText, safeText } from '../terminal/safe-text.js';
import type { OutputFormat } from './format.js';
import { alignedRows, tableLines, toneOf, type Column } from './table.js';

export interface ListView<T> {
  columns: Column<T>[];
  nameOf: (row: T) => string;
  /** Printed to stderr when the list is empty. */
  empty: string;
}

/** Prints rows in any format. `raw` are the API's own objects. */
export function printList<T>(
  { terminal, now }: Context,
  format: OutputFormat,
  { columns, nameOf, empty }: ListView<T>,
  rows: { value: T; raw: unknown }[],
): void {
  if (format === 'json') return terminal.out(jsonText(rows.map((row) => row.raw)));
  if (rows.length === 0) return terminal.err(empty);
  const values = rows.map((row) => row.value);
  if (format === 'name') return terminal.out(values.map((value) => safeText(nameOf(value))).join('\n'));
  const shown = columns.filter((column) => format === 'wide' || !column.wide);
  terminal.out(tableLines(shown, values, terminal.colors, now()).join('\n'));
}

/** Prints one object: each column of its list on its own line, followed by `more`. */
export function printOne<T>(
  { terminal, now }: Context,
  format: OutputFormat,
  { columns, nameOf }: Pick<ListView<T>, 'columns' | 'nameOf'>,
  { value, raw }: { value: T; raw: unknown },
  more: [title: string, text: string][] = [],
): void {
  if (format === 'json') return terminal.out(jsonText(raw));
  if (format === 'name') return terminal.out(safeText(nameOf(value)));
  const { colors } = terminal;
  const lines = columns.map((column) => [
    colors.dim(column.title.toLowerCase()),
    toneOf(colors, column.tone?.(value))(safeText(column.text(value, now())) || '-'),
  ]);
  const extra = more.filter(([, text]) => text).map(([title, text]) => [colors.dim(title), safeText(text)]);
  terminal.out(alignedRows([...lines, ...extra]).join('\n'));
}
