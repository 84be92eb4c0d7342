import { run } from '../../../apps/cli/src/run.js';
import { processTerminal, type Terminal } from '../../../apps/cli/src/terminal/terminal.js';

export interface Ran {
  code: number;
  out: string;
  err: string;
}

export interface FakeOptions {
  /** What a person types at the prompt; undefined: nobody is there. */
  answer?: string;
  /** Aborts when Ctrl-C is pressed. */
  interrupt?: AbortSignal;
}

/** Runs a command line in this process, against an API that `env` names. */
export async function runCli(
  line: string | string[],
  env: Record<string, string>,
  options: FakeOptions = {},
): Promise<Ran> {
  const out: string[] = [];
  const err: string[] = [];
  const { stdin, stdout, stderr } = process;
  const { colors } = processTerminal({ stdin, stdout, stderr, env: { NO_COLOR: '1' } });
  const terminal: Terminal = {
    out: (text) => void out.push(text),
    err: (text) => void err.push(text),
    colors,
    errColors: colors,
    live: false,
    interactive: options.answer !== undefined,
    columns: undefined,
    rows: undefined,
    ask: async (question) => {
      err.push(question);
      return options.answer ?? '';
    },
    catchInterrupt: () => ({ signal: options.interrupt ?? new AbortController().signal, release: () => undefined }),
  };
  const words = typeof line === 'string' ? line.split(' ').filter(Boolean) : line;
  const code = await run(words, terminal, env);
  return { code, out: out.join('\n'), err: err.join('\n') };
}
