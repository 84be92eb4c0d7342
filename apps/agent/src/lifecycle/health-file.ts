import { rm, writeFile } from 'node:fs/promises';
import { describeError, type Logger, steadyNow } from '@orrery/shared/runtime';

/** Observations come several times a second while something converges. */
const EVERY_MS = 5_000;

/**
 * Shows that this agent is healthy to anybody who can only look at a file, such as a container's health check. Healthy means that it
 * observes its machine and that the API has answered a hello since the start. An API that becomes unreachable later does not count
 * against it, because the agent keeps working from its own disk.
 */
export class HealthFile {
  #writtenAt = -Infinity;
  #complained = false;

  private constructor(
    private readonly path: string | undefined,
    private readonly logger: Logger,
  ) {}

  /** Removes the file of an earlier start, which says nothing about this one. */
  static async open(path: string | undefined, logger: Logger): Promise<HealthFile> {
    if (path !== undefined) await rm(path, { force: true });
    return new HealthFile(path, logger);
  }

  async looked(): Promise<void> {
    const now = steadyNow();
    if (this.path === undefined || now - this.#writtenAt < EVERY_MS) return;
    this.#writtenAt = now;
    try {
      await writeFile(this.path, `${new Date().toISOString()}\n`);
    } catch (error) {
      if (!this.#complained)
        this.logger.warn({ event: 'health.not-written', path: this.path, cause: describeError(error) });
      this.#complained = true;
    }
  }
}
