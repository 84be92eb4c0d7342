import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { TOOL_ENVIRONMENT, ToolMissing } from './run-tool.js';

export interface RunLinesOptions {
  input?: string;
  onLine: (line: string) => void;
  /** Interrupts the program, and kills it if that does not end it. */
  signal: AbortSignal;
}

export interface RunEnd {
  /** Null if a signal ended it. */
  exitCode: number | null;
  complained: string;
}

/** How long an interrupted program may take to print its last output. */
const LAST_WORDS_MS = 1_000;
/** Longer lines are cut, because nobody reads them. */
const LINE_CHARACTERS = 8_192;
const MAX_LINES = 2_000;

/**
 * Runs a program on this machine without a shell and passes on each line as it is printed. Rejects if it is not
 * installed.
 */
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
    // It is not our error if the program ends before it has read its input.
    child.stdin.on('error', () => undefined).end(input);
  });
}
