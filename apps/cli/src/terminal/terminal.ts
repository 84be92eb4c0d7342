import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import pc from 'picocolors';

export type Colors = ReturnType<typeof pc.createColors>;

/** How a command interacts with the outside: two streams, a question, Ctrl-C. */
export interface Terminal {
  /** One or more whole lines on stdout. */
  out(text: string): void;
  err(text: string): void;
  readonly colors: Colors;
  readonly errColors: Colors;
  /** stdout is a terminal, so lines can be redrawn. */
  readonly live: boolean;
  /** A user can answer questions. */
  readonly interactive: boolean;
  /** Width of the terminal; undefined if stdout is not one. */
  readonly columns: number | undefined;
  readonly rows: number | undefined;
  /** `hidden`: does not echo the input. Without a terminal, reads a line of stdin. */
  ask(question: string, options?: { hidden?: boolean }): Promise<string>;
  /** Ctrl-C no longer ends the process but aborts the signal, until `release`. */
  catchInterrupt(): { signal: AbortSignal; release(): void };
}

/** Color only on a terminal, unless NO_COLOR or FORCE_COLOR decides otherwise (no-color.org). */
export function wantsColor(isTerminal: boolean, env: NodeJS.ProcessEnv): boolean {
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR) return env.FORCE_COLOR !== '0';
  return isTerminal && env.TERM !== 'dumb';
}

/** On a narrower terminal, lines would wrap and could not be redrawn. */
const NARROWEST = 40;

type Streams = Pick<NodeJS.Process, 'stdin' | 'stdout' | 'stderr' | 'env'>;

export function processTerminal({ stdin, stdout, stderr, env }: Streams): Terminal {
  const writer = (stream: NodeJS.WriteStream) => (text: string) => void stream.write(`${text}\n`);
  return {
    out: writer(stdout),
    err: writer(stderr),
    colors: pc.createColors(wantsColor(stdout.isTTY, env)),
    errColors: pc.createColors(wantsColor(stderr.isTTY, env)),
    live: stdout.isTTY && stdout.columns >= NARROWEST && env.TERM !== 'dumb' && !env.CI,
    interactive: stdin.isTTY && stderr.isTTY,
    // Some pseudo-terminals have no size.
    columns: (stdout.isTTY && stdout.columns) || undefined,
    rows: (stdout.isTTY && stdout.rows) || undefined,
    ask,
    catchInterrupt,
  };
}

/** Asks on stderr, so that stdout holds only the command's output. Closed input is an empty answer. */
async function ask(question: string, { hidden = false } = {}): Promise<string> {
  let shown = true;
  const write = (chunk: Buffer, _encoding: string, done: () => void) => {
    if (shown) process.stderr.write(chunk);
    done();
  };
  const terminal = process.stdin.isTTY;
  const lines = createInterface({ input: process.stdin, output: new Writable({ write }), terminal });
  const closed = new Promise<string>((resolve) => lines.once('close', () => resolve('')));
  try {
    const answer = lines.question(terminal || !hidden ? question : '');
    shown = !hidden;
    return await Promise.race([answer, closed]);
  } finally {
    lines.close();
    if (hidden && terminal) process.stderr.write('\n');
  }
}

function catchInterrupt() {
  const controller = new AbortController();
  const onInterrupt = () => controller.abort();
  process.once('SIGINT', onInterrupt);
  return { signal: controller.signal, release: () => void process.off('SIGINT', onInterrupt) };
}
