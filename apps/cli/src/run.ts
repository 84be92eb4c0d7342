import { CommanderError } from 'commander';
import { ApiClient } from './api/api-client.js';
import { usageError } from './errors/usage-error.js';
import { ExitCode } from './errors/exit-code.js';
import { reportError } from './errors/report-error.js';
import { DEFAULT_WAIT } from './options/shared-options.js';
import type { Context } from './program/context.js';
import { createProgram } from './program/program.js';
import { readSettings } from './settings.js';
import type { Terminal } from './terminal/terminal.js';

/** As long as an API may need to restart on a busy machine. */
const RESTART_MS = 10_000;

/** Runs one command line (without `node` and the script) and returns the exit code. Never throws. */
export async function run(words: string[], terminal: Terminal, env: NodeJS.ProcessEnv): Promise<ExitCode> {
  let client: ApiClient | undefined;
  const context: Context = {
    terminal,
    now: Date.now,
    env,
    get client() {
      return (client ??= new ApiClient(readSettings(env), patience(terminal)));
    },
  };
  const program = await createProgram(
    context,
    words.find((word) => !word.startsWith('-')),
  );
  const complaint: string[] = [];
  const writeErr = (text: string) => void complaint.push(text);
  for (const command of [program, ...descendants(program)])
    command.configureOutput({
      writeOut: (text) => terminal.out(text.trimEnd()),
      writeErr,
      getOutHelpWidth: () => terminal.columns ?? 100,
    });
  try {
    if (words.length === 0) program.outputHelp();
    else await program.parseAsync(waitWithValue(words), { from: 'user' });
    return program.exitCode;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return ExitCode.done;
    return reportError(
      terminal,
      error instanceof CommanderError ? asUsageError(error, complaint, commandOf(program, words)) : error,
      wantsJson(words),
    );
  }
}

/** A change waits for an API that is restarting, and tells the user. */
const patience = (terminal: Terminal) => ({
  forMs: RESTART_MS,
  onWaiting: () => terminal.err(terminal.errColors.dim('(the API is not responding; retrying for up to 10s)')),
});

type Tree = Awaited<ReturnType<typeof createProgram>>;
const descendants = (command: Tree): Tree[] =>
  (command.commands as Tree[]).flatMap((child) => [child, ...descendants(child)]);

/** `--wait demo` must not take the next word for a duration: a value needs the `=`. */
function waitWithValue(words: string[]): string[] {
  const end = words.indexOf('--');
  return words.map((word, index) =>
    word === '--wait' && (end === -1 || index < end) ? `--wait=${DEFAULT_WAIT}` : word,
  );
}

/** The innermost command that the words name: its help is the one to suggest. */
function commandOf(program: Tree, words: string[]): string {
  let command = program;
  const path = ['orrery'];
  for (const word of words.filter((one) => !one.startsWith('-'))) {
    const child = (command.commands as Tree[]).find((one) => one.name() === word || one.aliases().includes(word));
    if (!child) break;
    command = child;
    path.push(word);
  }
  return path.join(' ');
}

/** Converts commander's error, without its `error:`. A group without a command shows its help. */
function asUsageError(error: CommanderError, complaint: string[], command: string) {
  if (error.code === 'commander.help')
    return usageError('a command is missing', undefined, undefined, complaint.join('').trimEnd().split('\n'));
  const [message = '', ...more] = error.message.replace(/^error: /, '').split('\n');
  const help = `See \`${command} --help\`.`;
  return usageError(message.replace(/\.*$/, ''), [...more, help].join(' '));
}

/** Decided without parsing the command line, because it may be what is wrong. */
const wantsJson = (words: string[]) =>
  words.some(
    (word, index) =>
      /^(-o=?|--output=)json$/.test(word) || (/^(-o|--output)$/.test(word) && words[index + 1] === 'json'),
  );
