import { type Finding, FindingPage } from '@orrery/shared/contracts';
import { hostFilter } from '../hosts/host-view.js';
import { age } from '../output/age.js';
import { commandText } from '../output/outcome.js';
import type { Column, Tone } from '../output/table.js';
import type { Context } from '../program/context.js';
import { addList } from '../program/list-commands.js';
import type { OrreryCommand } from '../program/orrery-command.js';

const SEVERITY_TONE: Record<Finding['severity'], Tone> = { info: 'dim', warning: 'warn', error: 'bad' };

/** A finding without a host is about Orrery itself. */
const whereOf = ({ node, host }: Finding) => node?.name ?? host?.name ?? 'orrery';

const columns: Column<Finding>[] = [
  { title: 'WHERE', text: whereOf, tone: () => 'strong' },
  { title: 'SEVERITY', text: (finding) => finding.severity, tone: (finding) => SEVERITY_TONE[finding.severity] },
  { title: 'CODE', text: (finding) => finding.code },
  { title: 'SINCE', text: (finding, now) => age(finding.since, now) },
  { title: 'CAUSE', text: (finding) => finding.cause },
  { title: 'FIX', text: (finding) => finding.fix },
  { title: 'RUN', text: ({ commands }) => commands.map(commandText).join('; '), wide: true },
  { title: 'NETWORK', text: (finding) => finding.network ?? '', wide: true },
];

export function addFindingCommands(program: OrreryCommand, context: Context): void {
  const noun = program.group('finding', 'diagnosed problems, each with its cause and fix');
  addList(program, noun, context, {
    columns,
    nameOf: (finding) => `${whereOf(finding)} ${finding.code}`,
    empty: 'No findings: the hosts report no problems.',
    plural: 'findings',
    summary: 'list findings',
    path: '/v1/findings',
    page: FindingPage,
    filters: [hostFilter()],
    hostOf: (finding) => finding.host?.id ?? null,
    examples: ['orrery finding ls', 'orrery findings --host web-1'],
  });
}
