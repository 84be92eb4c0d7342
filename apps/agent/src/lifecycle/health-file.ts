import { rm, writeFile } from 'node:fs/promises';
import { describeError, type Logger, steadyNow } from '@orrery/shared/runtime';

/** Looks come several times a second while something converges. */
const EVERY_MS = 5_000;

/**
 * Tells whoever can do no more than see a file (a container's health check) that this agent is well: it looks at its machine, and
 * the API has greeted it since its start. An API that is away later makes it no less well: it works on from what is on its disk.
 */
export class HealthFile {
  #writtenAt = -Infinity;
  #complained = false;

  private constructor(
    private readonly path: string | undefined,
    private readonly logger: Logger,
  ) {}

  /** What a former start left says nothing of this one. */
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
