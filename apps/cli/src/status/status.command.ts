import { type Attention, Status } from '@orrery/shared/contracts';
import { outputOption, type OutputOptions } from '../options/shared-options.js';
import { alignedRows, type Tone, toneOf } from '../output/table.js';
import type { Context } from '../program/context.js';
import type { Leaf } from '../program/orrery-command.js';
import { jsonText, safeText } from '../terminal/safe-text.js';
import type { Colors } from '../terminal/terminal.js';

const SIGN: Record<Attention['severity'], [sign: string, tone: Tone]> = {
  error: ['✗', 'bad'],
  warning: ['!', 'warn'],
  info: ['·', 'dim'],
};

/** `orrery status`: prints counts, then only problems, each with the next command to run. Exits 0 even with problems. */
export const statusLeaf = (context: Context): Leaf<OutputOptions> => ({
  name: 'status',
  summary: 'show overall status and how to fix problems',
  options: [outputOption(['table', 'json'])],
  examples: ['orrery status'],
  run: async ({ output }) => {
    const { client, terminal } = context;
    const { value, raw } = await client.get('/v1/status', Status);
    if (output === 'json') return terminal.out(jsonText(raw));
    terminal.out([...countLines(value, terminal.colors), '', ...attentionLines(value, terminal.colors)].join('\n'));
  },
});

type Count = [number: number, word: string, tone?: Tone];

function countLines({ hosts, containers, memberships, attachments, commands }: Status, colors: Colors): string[] {
  const rows: [string, Count[]][] = [
    [
      'hosts',
      [
        [hosts.online, 'online', 'good'],
        [hosts.unreachable, 'unreachable', 'bad'],
        [hosts.joined, 'never connected', 'warn'],
        [hosts.unknown, 'unknown', 'warn'],
        [hosts.simulated, 'of them simulated', 'dim'],
      ],
    ],
    [
      'containers',
      [
        [containers.running, `running of ${containers.total}`, containers.running < containers.total ? 'warn' : 'good'],
        [attachments?.waiting ?? 0, 'waiting for a workload', 'warn'],
      ],
    ],
    [
      'memberships',
      [
        [memberships.ok, 'ok', 'good'],
        [memberships.waiting, 'waiting', 'warn'],
        [memberships.failed, 'failed', 'bad'],
        [memberships.denied ?? 0, 'denied', 'dim'],
        [memberships.unmanaged, 'unmanaged', 'dim'],
      ],
    ],
    ['commands', [[commands.unfinished, 'unfinished', commands.unfinished > 0 ? 'warn' : 'dim']]],
  ];
  return alignedRows(rows.map(([noun, counts]) => [colors.bold(noun), countText(counts, colors)]));
}

/** Always shows the first count of a row, the others only if they are not 0. */
const countText = (counts: Count[], colors: Colors) =>
  counts
    .filter(([number], index) => number > 0 || index === 0)
    .map(([number, word, tone]) => toneOf(colors, number > 0 ? tone : 'dim')(`${number} ${word}`))
    .join(' · ');

function attentionLines({ hosts, attention, attentionTotal }: Status, colors: Colors): string[] {
  if (hosts.online + hosts.unreachable + hosts.joined + hosts.unknown === 0)
    return ['No hosts yet. To add this machine: npm start. To add another: orrery host add NAME'];
  if (attention.length === 0) return [colors.green('No problems found.')];
  const shown = attention.flatMap(({ severity, what, cause, next }) => {
    const [sign, tone] = SIGN[severity];
    return [
      `${toneOf(colors, tone)(sign)} ${colors.bold(safeText(what))}: ${safeText(cause)}`,
      `    ${safeText(next)}`,
    ];
  });
  const { error = 0, warning = 0, info = 0 } = attentionTotal ?? {};
  const told = attention.reduce((sum, { count = 1 }) => sum + count, 0);
  const more = error + warning + info - told;
  return more > 0 ? [...shown, `… and ${more.toLocaleString('en-US')} more: orrery finding ls`] : shown;
}
