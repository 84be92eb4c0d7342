import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { TOOL_ENVIRONMENT, ToolMissing } from './run-tool.js';

export interface RunLinesOptions {
  input?: string;
  onLine: (line: string) => void;
  /** Asked to end at the signal, and killed when it does not. */
  signal: AbortSignal;
}

export interface RunEnd {
  /** Null: a signal ended it. */
  exitCode: number | null;
  complained: string;
}

/** How long a program that was asked to end may take to say its last words. */
const LAST_WORDS_MS = 1_000;
/** Longer lines are cut: nobody reads them. */
const LINE_CHARACTERS = 8_192;
const MAX_LINES = 2_000;

/** Runs a program of this machine, without a shell, and tells each line as it is printed. Rejects when there is no such program. */
export function runLines(command: readonly string[], options: RunLinesOptions): Promise<RunEnd> {
  const { input = '', onLine, signal } = options;
  const [tool = '', ...args] = command;
  return new Promise((resolve, reject) => {
    const child = spawn(tool, args, {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: TOOL_ENVIRONMENT,
    });
    let killing: NodeJS.Timeout | undefined;
    let complained = '';
    let lines = 0;
    const stop = () => {
      child.kill('SIGINT');
      killing = setTimeout(() => child.kill('SIGKILL'), LAST_WORDS_MS);
    };
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (++lines > MAX_LINES) child.kill('SIGKILL');
      else onLine(line.slice(0, LINE_CHARACTERS));
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => (complained = (complained + text).slice(-2000)));
    const over = () => {
      clearTimeout(killing);
      signal.removeEventListener('abort', stop);
    };
    child.on('error', (error: NodeJS.ErrnoException) => {
      over();
      reject(error.code === 'ENOENT' ? new ToolMissing(tool, error) : error);
    });
    child.on('close', (exitCode) => {
      over();
      resolve({ exitCode, complained: complained.trim() });
    });
    // A program that ends before it has read its input is not an error of ours.
    child.stdin.on('error', () => undefined).end(input);
  });
}
