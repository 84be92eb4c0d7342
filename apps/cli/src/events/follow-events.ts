import { type CloudEvent, EventPage, HostPage } from '@orrery/shared/contracts';
import type { Query } from '../api/api-client.js';
import { listAll } from '../api/list-all.js';
import { ExitCode } from '../errors/exit-code.js';
import type { OutputFormat } from '../output/format.js';
import { toneOf } from '../output/table.js';
import type { Context } from '../program/context.js';
import { jsonText, safeText } from '../terminal/safe-text.js';
import { eventCells, typeTone } from './event-view.js';

export interface FollowOptions {
  output: OutputFormat;
  selector?: string | undefined;
  since?: string | undefined;
}

/** `events -f`: prints the events since `--since`, then new ones without a gap, until Ctrl-C, its normal end. */
export async function followEvents(context: Context, options: FollowOptions, filters: Query): Promise<ExitCode> {
  const { client, terminal } = context;
  const interrupt = terminal.catchInterrupt();
  try {
    const wanted = await hostFilter(context, options.selector);
    const print = (event: CloudEvent, raw: unknown) => wanted(event) && printEvent(context, options.output, event, raw);
    // Fix the start of the stream before reading the past, so that no event is lost in between.
    const newest = await client.get('/v1/events', EventPage, { query: { limit: 1 } });
    let after = newest.value.items[0]?.id;
    if (options.since !== undefined) {
      const past = await listAll(client, '/v1/events', EventPage, { ...filters, since: options.since, order: 'asc' });
      for (const { value, raw } of past.rows) print(value, raw);
      after = past.rows.at(-1)?.value.id ?? after;
    }
    // Loaded only where it is used, because it would slow down every start of the CLI.
    const { followStream } = await import('./event-stream.js');
    await followStream(client, { ...filters, after }, { onEvent: print, ...notices(context) }, interrupt.signal);
    return ExitCode.done;
  } finally {
    interrupt.release();
  }
}

/** With `-l`: only events of hosts that match at the start. */
async function hostFilter({ client }: Context, selector: string | undefined): Promise<(event: CloudEvent) => boolean> {
  if (selector === undefined) return () => true;
  const { rows } = await listAll(client, '/v1/hosts', HostPage, { selector });
  const ids = new Set<string>(rows.map((row) => row.value.id));
  return (event) => event.orreryhost !== null && ids.has(event.orreryhost);
}

function notices({ terminal }: Context) {
  const { dim, yellow } = terminal.errColors;
  let away = false;
  return {
    onReset: () =>
      terminal.err(yellow('(reset: the API lost the position of this stream; events may be missing here)')),
    onAway: () => {
      if (!away) terminal.err(dim('(the stream was interrupted; resuming)'));
      away = true;
    },
  };
}

function printEvent({ terminal }: Context, format: OutputFormat, event: CloudEvent, raw: unknown): void {
  if (format === 'json') return terminal.out(jsonText(raw, 0));
  if (format === 'name') return terminal.out(safeText(event.id));
  const [time, type, subject, detail] = eventCells(event).map(safeText) as [string, string, string, string];
  const { colors } = terminal;
  const colored = toneOf(colors, typeTone(event))(type.padEnd(24));
  const id = format === 'wide' ? `  ${colors.dim(event.id)}` : '';
  terminal.out(`${colors.dim(time)}  ${colored}  ${colors.bold(subject.padEnd(24))}  ${detail}${id}`.trimEnd());
}
