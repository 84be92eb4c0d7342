import type { Command } from '@orrery/shared/contracts';
import type { DefaultRenderer, ListrTask } from 'listr2';
import type { Terminal } from '../terminal/terminal.js';
import { safeText } from '../terminal/safe-text.js';
import { commandTitle, type Verdict } from './narrate.js';

/** Follows one command; what it has to tell goes to `tell`, a line each. */
export type Follow = (command: Command, tell: (line: string) => void) => Promise<Verdict | undefined>;
/** Shows commands while they are followed; resolves when all have ended. Errors of `follow` come through. */
export type WaitView = (commands: Command[], follow: Follow, header: string) => Promise<(Verdict | undefined)[]>;

/** Lines as they come: of one command below its header, of several each with its host. */
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

/** On a terminal: one command with all its stages, or several with their latest; a spinner for as long as it goes on. */
export const liveView =
  ({ colors }: Terminal): WaitView =>
  async (commands, follow, header) => {
    const several = commands.length > 1;
    const verdicts: (Verdict | undefined)[] = commands.map(() => undefined);
    const tasks = commands.map((command, index): ListrTask<unknown, typeof DefaultRenderer> => ({
      title: several ? `${colors.bold(commandTitle(command))} ${colors.dim(command.id)}` : colors.bold(header),
      task: async (_, task) => {
        const tell = (line: string) => void (task.output = line);
        const verdict = (verdicts[index] = await follow(command, tell));
        if (several && verdict) task.title = verdict.lines.join('\n');
        else verdict?.lines.forEach(tell);
      },
      rendererOptions: several ? {} : { persistentOutput: true, outputBar: Infinity },
    }));
    // Loaded only where it is used: every start of the CLI would pay for it, completion's too.
    const { Listr } = await import('listr2');
    // That a task has ended says nothing: the verdict has its own sign.
    const rendererOptions = { icon: { COMPLETED: several ? '' : ' ' }, outputBar: 1 } as const;
    await new Listr(tasks, { concurrent: true, registerSignalListeners: false, rendererOptions }).run();
    return verdicts;
  };

/** What is drawn again has to fit on the screen. */
export const fitsOnScreen = (commands: Command[], { rows = 0 }: Terminal) =>
  (commands.length > 1 ? commands.length * 2 : 20) + 3 < rows;

/** The shortest name that tells the commands apart. */
function labels(commands: Command[]): string[] {
  const hosts = commands.map((command) => command.host.name);
  const names = new Set(hosts).size === hosts.length ? hosts : commands.map((command) => command.target);
  const width = Math.max(...names.map((name) => name.length));
  return names.map((name) => safeText(name).padEnd(width));
}
