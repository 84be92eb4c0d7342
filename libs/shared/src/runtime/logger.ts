import pino from 'pino';
import { cutText, fitFields } from './log-fields.js';
import { LogRepeats, WINDOW_MS } from './log-repeats.js';
import { RotatingOutput } from './rotating-output.js';

/** Log lines are JSON with an `event` name and fields. ERROR means that a human must act. */
export type Logger = pino.Logger;
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';

export interface LoggerOptions {
  /** The file that standard output goes to, if it is our own: it is rotated. */
  file?: string | undefined;
  /** Used instead of standard output. */
  output?: pino.DestinationStream;
  repeats?: LogRepeats;
}

const STDOUT = 1;

/**
 * Others can make us write lines and influence their contents. So fields are cut, repeated lines are counted (`suppressed`), and a file
 * of our own is rotated. All of it happens here, for every line, and not at the call sites.
 */
export function createLogger(name: string, level: LogLevel = 'info', options: LoggerOptions = {}): Logger {
  const { repeats = new LogRepeats(), output = RotatingOutput.of(STDOUT, options.file) } = options;
  const settings: pino.LoggerOptions = {
    name,
    level,
    base: { name, pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    messageKey: 'msg',
    formatters: { log: fitFields },
    hooks: {
      logMethod(given, method, number) {
        const [fields, message, ...rest] = given as unknown as [unknown, unknown, ...unknown[]];
        const isFields = typeof fields === 'object' && fields !== null;
        if (repeats.isOver) tell(repeats.take());
        if (isFields && !repeats.admits(number, fields as Record<string, unknown>)) return awaitEnd();
        const line = [isFields ? fields : cutIfText(fields), cutIfText(message), ...rest];
        method.apply(this, (given.length > 1 ? line : line.slice(0, 1)) as unknown as Parameters<typeof method>);
      },
    },
  };
  const logger = output ? pino(settings, output) : pino(settings);
  let ending: NodeJS.Timeout | undefined;
  function awaitEnd(): void {
    ending ??= setTimeout(() => {
      ending = undefined;
      tell(repeats.take());
    }, WINDOW_MS).unref();
  }
  function tell(left: ReturnType<LogRepeats['take']>): void {
    for (const { level: number, event, whose, suppressed } of left) {
      const say = logger.levels.labels[number] as 'info' | 'warn' | 'error' | 'fatal';
      logger[say]({ ...whose, event, suppressed }, 'suppressed this many more lines within a minute');
    }
  }
  return logger;
}

const cutIfText = (value: unknown): unknown => (typeof value === 'string' ? cutText(value) : value);
