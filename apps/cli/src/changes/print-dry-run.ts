import type { DryRun, PlannedChange } from '@orrery/shared/contracts';
import type { OutputFormat } from '../output/format.js';
import { tableLines, type Column } from '../output/table.js';
import type { Context } from '../program/context.js';
import { jsonText } from '../terminal/safe-text.js';

interface ChangeRow {
  change: string;
  thing: string;
  field: string;
  is: string;
  becomes: string;
}

interface StepRow {
  host: string;
  step: string;
  target: string;
  detail: string;
}

const changeColumns: Column<ChangeRow>[] = [
  { title: 'CHANGE', text: (row) => row.change },
  { title: 'WHAT', text: (row) => row.thing, tone: () => 'strong' },
  { title: 'FIELD', text: (row) => row.field },
  { title: 'NOW', text: (row) => row.is },
  { title: 'THEN', text: (row) => row.becomes },
];

const stepColumns: Column<StepRow>[] = [
  { title: 'HOST', text: (row) => row.host, tone: () => 'strong' },
  { title: 'STEP', text: (row) => row.step },
  { title: 'TARGET', text: (row) => row.target },
  { title: 'DETAIL', text: (row) => row.detail },
];

/** Prints what would change, and the planned steps host by host, including hosts with nothing to do. */
export function printDryRun({ terminal, now }: Context, format: OutputFormat, answer: DryRun, raw: unknown): void {
  if (format === 'json') return terminal.out(jsonText(raw));
  const tables = [
    linesOf(changeColumns, answer.changes.flatMap(changeRows)),
    linesOf(stepColumns, answer.hosts.flatMap(stepRows)),
  ].filter((lines) => lines.length > 0);
  if (tables.length > 0) terminal.out(tables.map((lines) => lines.join('\n')).join('\n\n'));
  terminal.err(tables.length > 0 ? '(dry run: nothing was changed)' : '(dry run: nothing would change)');

  function linesOf<T>(columns: Column<T>[], rows: T[]): string[] {
    return rows.length > 0 ? tableLines(columns, rows, terminal.colors, now()) : [];
  }
}

/** One row a field; what is deleted is one row, whatever it had. */
function changeRows({ action: change, noun, name, fields }: PlannedChange): ChangeRow[] {
  const thing = `${noun.replace('-', ' ')} ${name}`;
  if (change === 'delete' || fields.length === 0) return [{ change, thing, field: '', is: '', becomes: '' }];
  const shown = fields.filter(({ is, becomes }) => textOf(is) !== textOf(becomes));
  return shown.map(({ field, is, becomes }) => ({ change, thing, field, is: textOf(is), becomes: textOf(becomes) }));
}

function stepRows({ host, steps }: DryRun['hosts'][number]): StepRow[] {
  if (steps === null)
    return [{ host: host.name, step: '', target: '', detail: 'unreachable: it plans its steps when it reconnects' }];
  if (steps.length === 0) return [{ host: host.name, step: '', target: '', detail: 'nothing to do' }];
  return steps.map((step) => ({ host: host.name, ...step }));
}

const textOf = (value: unknown) =>
  value === null || value === undefined ? '-' : typeof value === 'string' ? value : JSON.stringify(value);
