import { describeError } from './app-error.js';
import type { Logger } from './logger.js';

/**
 * The last safety net of a process. An unhandled rejection is a bug: it is logged as an ERROR, but is no reason to drop everybody else's
 * work. After an uncaught exception nothing can be trusted, so the process logs it and exits.
 */
export function guardProcess(logger: Logger): void {
  process.on('unhandledRejection', (reason) => {
    logger.error(
      { event: 'bug.unhandled-rejection', cause: describeError(reason), stack: stackOf(reason) },
      'bug: unhandled rejection',
    );
  });
  process.on('uncaughtException', (error) => {
    logger.fatal(
      { event: 'bug.uncaught-exception', cause: describeError(error), stack: stackOf(error) },
      'bug: uncaught exception',
    );
    process.exit(70);
  });
}

const stackOf = (error: unknown) => (error instanceof Error ? error.stack : undefined);
