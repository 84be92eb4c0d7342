import type { Command } from '@orrery/shared/contracts';
import { ExitCode } from '../errors/exit-code.js';
import type { OutputFormat } from '../output/format.js';
import type { Context } from '../program/context.js';
import { jsonText } from '../terminal/safe-text.js';
import type { Terminal } from '../terminal/terminal.js';
import { commandHeader } from './command-header.js';
import { narrate, queuedLine, type Verdict, verdictOf } from './narrate.js';
import { endsView, fitsOnScreen, type Follow, isMany, liveView, plainView, type WaitView } from './wait-view.js';
import { type Sighting, watchCommand } from './watch-command.js';

export interface WaitOptions {
  forMs: number;
  format: OutputFormat;
  /** `-o json` prints an array, even for a single command. */
  asList: boolean;
  /** The commands are only steps towards the result: they are reported on stderr, and `-o` applies to the result. */
  beside?: boolean;
}

/** Shows every stage of commands as it happens. Exit: all done 0, one failed 1, else one still waiting 3, Ctrl-C 130. */
export async function waitForCommands(given: Context, commands: Command[], options: WaitOptions): Promise<ExitCode> {
  const { client } = given;
  const terminal = options.beside ? besides(given.terminal) : given.terminal;
  const context = { terminal, client };
  const interrupt = terminal.catchInterrupt();
  const last = new Map<string, Sighting>();
  const follow = follower(context, options.forMs, interrupt.signal, last);
  try {
    const [first] = commands;
    const header = first && !isForScripts(options.format) ? await commandHeader(client, first) : '';
    const verdicts = await viewFor(terminal, options.format, commands)(commands, follow, header);
    if (interrupt.signal.aborted) return interrupted(terminal, commands, options.format);
    if (!options.beside) printResult(terminal, options, commands, last, verdicts);
    return worst(verdicts);
  } finally {
    interrupt.release();
  }
}

const besides = (terminal: Terminal): Terminal => ({
  ...terminal,
  out: (text) => terminal.err(text),
  colors: terminal.errColors,
  live: false,
});

const isForScripts = (format: OutputFormat) => format === 'json' || format === 'name';

function viewFor(terminal: Terminal, format: OutputFormat, commands: Command[]): WaitView {
  if (isForScripts(format)) return (all, follow) => Promise.all(all.map((command) => follow(command, () => {})));
  if (terminal.live && fitsOnScreen(commands, terminal)) return liveView(terminal);
  return isMany(commands) ? endsView(terminal) : plainView(terminal);
}

/** Undefined verdict: Ctrl-C came first. */
function follower(
  { client, terminal }: Pick<Context, 'client' | 'terminal'>,
  forMs: number,
  signal: AbortSignal,
  last: Map<string, Sighting>,
): Follow {
  const { colors } = terminal;
  return async (command, tell) => {
    const start = performance.now();
    let before: Command | undefined;
    let away = false;
    let queued = false;
    const onAway = () => {
      if (!away) tell(`${colors.yellow('…')} the API is not responding; retrying`);
      away = true;
    };
    try {
      for await (const sighting of watchCommand(client, command, { forMs, signal, onAway })) {
        away = false;
        last.set(command.id, sighting);
        for (const line of narrate(before, sighting.command, colors)) tell(line);
        if (!queued && before && stillQueued(before, sighting.command)) {
          tell(queuedLine(before, colors));
          queued = true;
        }
        before = sighting.command;
      }
    } catch (error) {
      if (signal.aborted) return undefined;
      throw error;
    }
    return verdictOf(before ?? command, performance.now() - start, colors);
  };
}

/** No stage since either: a node may be authorized before its host receives the command. */
const stillQueued = (before: Command, { state, stages }: Command) =>
  before.state === 'queued' && state === 'queued' && stages.length === before.stages.length;

function printResult(
  terminal: Terminal,
  { format, asList }: WaitOptions,
  commands: Command[],
  last: Map<string, Sighting>,
  verdicts: (Verdict | undefined)[],
): void {
  const raws = commands.map((command) => last.get(command.id)?.raw ?? command);
  if (format === 'json') terminal.out(jsonText(asList ? raws : raws[0]));
  else if (format === 'name') terminal.out(commands.map((command) => command.id).join('\n'));
  else if (commands.length > 1) terminal.out(summary(verdicts));
}

function summary(verdicts: (Verdict | undefined)[]): string {
  const count = (code: ExitCode) => verdicts.filter((verdict) => verdict?.exitCode === code).length;
  const parts: [number, string][] = [
    [count(ExitCode.done), 'done'],
    [count(ExitCode.failed), 'failed'],
    [count(ExitCode.waiting), 'still waiting'],
  ];
  return parts
    .filter(([number]) => number > 0)
    .map(([number, text]) => `${number} ${text}`)
    .join(' · ');
}

export function worst(verdicts: (Verdict | undefined)[]): ExitCode {
  const codes = verdicts.map((verdict) => verdict?.exitCode ?? ExitCode.failed);
  if (codes.includes(ExitCode.failed)) return ExitCode.failed;
  return codes.includes(ExitCode.waiting) ? ExitCode.waiting : ExitCode.done;
}

function interrupted(terminal: Terminal, commands: Command[], format: OutputFormat): ExitCode {
  const ids = commands.map((command) => command.id).join(' ');
  if (format !== 'json') {
    terminal.err(
      commands.length > 1 ? 'Stopped waiting; the commands continue.' : 'Stopped waiting; the command continues.',
    );
    terminal.err(`Show it:         orrery command get ${commands[0]?.id}`);
    terminal.err(`Follow it again: orrery command wait ${ids}`);
  }
  return ExitCode.interrupted;
}
