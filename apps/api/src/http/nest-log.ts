import type { LoggerService } from '@nestjs/common';
import type { Logger } from '@orrery/shared/runtime';

/** Writes Nest's own messages as our JSON lines; those about its start only at level debug. */
export class NestLog implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown, ...rest: unknown[]): void {
    this.logger.debug({ event: 'nest', context: rest.at(-1) }, String(message));
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.logger.warn({ event: 'nest', context: rest.at(-1) }, String(message));
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.logger.error({ event: 'nest', context: rest.at(-1), details: rest.slice(0, -1) }, String(message));
  }
}
