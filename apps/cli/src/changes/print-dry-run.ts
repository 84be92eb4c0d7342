import type { DryRun } from '@orrery/shared/contracts';
import type { OutputFormat } from '../output/format.js';
import { tableLines, type Column } from '../output/table.js';
import type { Context } from '../program/context.js';
import { jsonText } from '../terminal/safe-text.js';

interface Row {
  host: string;
  step: string;
  target: string;
  detail: string;
}

const columns: Column<Row>[] = [
  { title: 'HOST', text: (row) => row.host, tone: () => 'strong' },
  { title: 'STEP', text: (row) => row.step },
  { title: 'TARGET', text: (row) => row.target },
  { title: 'DETAIL', text: (row) => row.detail },
];

/** Prints the planned steps host by host, including hosts with nothing to do. */
export function printDryRun({ terminal, now }: Context, format: OutputFormat, { hosts }: DryRun, raw: unknown): void {
  if (format === 'json') return terminal.out(jsonText(raw));
  const rows = hosts.flatMap(({ host, steps }): Row[] => {
    if (steps === null)
      return [{ host: host.name, step: '', target: '', detail: 'unreachable: it plans its steps when it reconnects' }];
    if (steps.length === 0) return [{ host: host.name, step: '', target: '', detail: 'nothing to do' }];
    return steps.map((step) => ({ host: host.name, ...step }));
  });
  if (rows.length > 0) terminal.out(tableLines(columns, rows, terminal.colors, now()).join('\n'));
  terminal.err('(dry run: nothing was changed; the steps include those still due for earlier commands)');
}
