import type { DoctorReport, DoctorVerdict, ShownDoctorCheck } from '@orrery/shared/contracts';
import { marked } from '../hosts/host-view.js';
import { seconds } from '../output/age.js';
import { commandText } from '../output/outcome.js';
import type { Column, Tone } from '../output/table.js';

/** One line of the table: a check of one host. */
export interface CheckRow {
  host: DoctorReport['host'];
  simulated: boolean;
  check: ShownDoctorCheck;
}

const RESULT_TONE: Record<DoctorVerdict, Tone> = { found: 'bad', fine: 'good', unknown: 'warn' };

const resultText = ({ check: { result, severity } }: CheckRow) =>
  result === 'found' && severity !== null ? severity : result;

function resultTone({ check: { result, severity } }: CheckRow): Tone {
  if (severity === 'info') return 'dim';
  return severity === 'warning' ? 'warn' : RESULT_TONE[result];
}

export const checkColumns: Column<CheckRow>[] = [
  {
    title: 'WHERE',
    text: ({ host, simulated, check }) => marked(check.node?.name ?? host.name, simulated),
    tone: () => 'strong',
  },
  { title: 'RESULT', text: resultText, tone: resultTone },
  { title: 'CODE', text: ({ check }) => check.code },
  { title: 'CAUSE', text: ({ check }) => check.cause ?? '' },
  { title: 'FIX', text: ({ check }) => check.fix ?? '' },
  { title: 'RUN', text: ({ check }) => check.commands.map(commandText).join('; '), wide: true },
  { title: 'NETWORK', text: ({ check }) => check.network ?? '', wide: true },
];

export const rowsOf = ({ host, simulated, checks }: DoctorReport, isWhole: boolean): CheckRow[] =>
  checks.filter(({ result }) => isWhole || result !== 'fine').map((check) => ({ host, simulated, check }));

/** `web-1: 1 found, 2 unknown, 12 fine (0.41 s)`. */
export function summaryOf({ host, checks, tookMs }: DoctorReport): string {
  const count = (wanted: DoctorVerdict) => checks.filter(({ result }) => result === wanted).length;
  const counts = (['found', 'unknown', 'fine'] as const)
    .map((result) => [count(result), result] as const)
    .filter(([many]) => many > 0)
    .map(([many, result]) => `${many} ${result}`);
  return `${host.name}: ${counts.join(', ') || 'nothing was checked'} (${seconds(tookMs)})`;
}
