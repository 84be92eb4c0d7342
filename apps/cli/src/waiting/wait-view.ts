import type { Command } from '@orrery/shared/contracts';
import type { DefaultRenderer, ListrTask } from 'listr2';
import type { Terminal } from '../terminal/terminal.js';
import { safeText } from '../terminal/safe-text.js';
import { commandTitle, type Verdict } from './narrate.js';

/** Follows one command, and reports each line through `tell`. */
export type Follow = (command: Command, tell: (line: string) => void) => Promise<Verdict | undefined>;
/** Shows commands while they are followed; resolves when all have ended. Errors of `follow` are passed on. */
export type WaitView = (commands: Command[], follow: Follow, header: string) => Promise<(Verdict | undefined)[]>;

/** Prints lines as they come: for one command below its header, for several each with its host. */
export const plainView =
  (terminal: Terminal): WaitView =>
  async (commands, follow, header) => {
    const { colors } = terminal;
    const out = (text: string) => terminal.out(text);
    const several = commands.length > 1;
    if (!several) out(colors.bold(header));
    const label = labels(commands);
    return Promise.all(
      commands.map(async (command, index) => {
        const prefix = several ? `${colors.dim(`${label[index]} │`)} ` : '';
        const verdict = await follow(command, (line) => out(`${several ? prefix : '  '}${line}`));
        verdict?.lines.forEach((line) => out(`${prefix}${line}`));
        return verdict;
      }),
    );
  };

/** For many commands when nothing can be redrawn: prints one line when each ends, and none before. */
export const endsView =
  (terminal: Terminal): WaitView =>
  async (commands, follow) =>
    Promise.all(
      commands.map(async (command) => {
        const verdict = await follow(command, () => undefined);
        if (verdict) terminal.out(verdict.lines[0] ?? '');
        return verdict;
      }),
    );

/**
 * On a terminal: shows one command with all its stages, several with their latest, many with one line each, and a spinner while they run.
 */
export const liveView =
  ({ colors }: Terminal): WaitView =>
  async (commands, follow, header) => {
    const several = commands.length > 1;
    const many = isMany(commands);
    const label = labels(commands);
    const verdicts: (Verdict | undefined)[] = commands.map(() => undefined);
    const titleOf = (command: Command, index: number) => {
      if (many) return colors.bold(label[index] ?? '');
      return several ? `${colors.bold(commandTitle(command))} ${colors.dim(command.id)}` : colors.bold(header);
    };
    const tasks = commands.map((command, index): ListrTask<unknown, typeof DefaultRenderer> => ({
      title: titleOf(command, index),
      task: async (_, task) => {
        const tell = (line: string) => {
          if (many) task.title = `${titleOf(command, index)}  ${line.trim()}`;
          else task.output = line;
        };
        const verdict = (verdicts[index] = await follow(command, tell));
        if (several && verdict) task.title = many ? (verdict.lines[0] ?? '') : verdict.lines.join('\n');
        else verdict?.lines.forEach(tell);
      },
      rendererOptions: several ? {} : { persistentOutput: true, outputBar: Infinity },
    }));
    // Loaded only where it is used, because it would slow down every start of the CLI, even for completion.
    const { Listr } = await import('listr2');
    // The end of a task needs no icon, because the verdict has its own sign.
    const rendererOptions = {
      ...{ icon: { COMPLETED: several ? '' : ' ' }, outputBar: 1 },
      ...(many ? { formatOutput: 'truncate' as const } : {}),
    };
    await new Listr(tasks, { concurrent: true, registerSignalListeners: false, rendererOptions }).run();
    return verdicts;
  };

/** With more than this many, each gets one line instead of one for every stage. */
const FEW = 5;
export const isMany = (commands: Command[]) => commands.length > FEW;

/** Whatever is redrawn must fit on the screen. */
export function fitsOnScreen(commands: Command[], { rows = 0 }: Terminal): boolean {
  const several = commands.length * (isMany(commands) ? 1 : 2);
  return (commands.length > 1 ? several : 20) + 3 < rows;
}

/** The shortest labels that distinguish the commands. */
function labels(commands: Command[]): string[] {
  const hosts = commands.map((command) => command.host.name);
  const names = new Set(hosts).size === hosts.length ? hosts : commands.map((command) => command.target);
  const width = Math.max(...names.map((name) => name.length));
  return names.map((name) => safeText(name).padEnd(width));
}
