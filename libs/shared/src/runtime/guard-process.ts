import { describeError } from './app-error.js';
import type { Logger } from './logger.js';

/**
 * The last net under a process: a rejection that nobody handled is a bug, said as an ERROR, and no reason to drop everybody else's
 * work; after an exception that nobody caught nothing can be trusted, so the process says so and ends.
 */
export function guardProcess(logger: Logger): void {
  process.on('unhandledRejection', (reason) => {
    logger.error(
      { event: 'bug.unhandled-rejection', cause: describeError(reason), stack: stackOf(reason) },
      'a bug: a rejection that nobody handled',
    );
  });
  process.on('uncaughtException', (error) => {
    logger.fatal(
      { event: 'bug.uncaught-exception', cause: describeError(error), stack: stackOf(error) },
      'a bug: an exception that nobody caught',
    );
    process.exit(70);
  });
}

const stackOf = (error: unknown) => (error instanceof Error ? error.stack : undefined);
