import { Injectable } from '@nestjs/common';
import { describeError, withTimeout } from '@orrery/shared/runtime';
import { DataSource } from 'typeorm';

const CHECK_MS = 2000;

/** Whether the database can be used now, and whether its schema matches this release. */
@Injectable()
export class DatabaseState {
  #migrated = false;
  #cause: string | undefined = 'not connected yet';
  readonly #waiting = new Set<() => void>();

  constructor(private readonly dataSource: DataSource) {}

  /** Connected once and migrated. If the database becomes unreachable later, `check` and every query notice. */
  get ready(): boolean {
    return this.#migrated;
  }

  get migrated(): boolean {
    return this.#migrated;
  }

  /** Why it is not ready. */
  get cause(): string | undefined {
    return this.#cause;
  }

  /** Resolves when the database is ready, or the signal is aborted. */
  async whenReady(signal: AbortSignal): Promise<void> {
    if (this.#migrated || signal.aborted) return;
    await new Promise<void>((resolve) => {
      this.#waiting.add(resolve);
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  /** Queries the database, for at most two seconds. */
  async check(): Promise<{ ok: boolean; cause?: string }> {
    if (!this.#migrated) return { ok: false, cause: this.#cause ?? 'not connected yet' };
    try {
      await withTimeout(
        CHECK_MS,
        () => this.dataSource.query('SELECT 1'),
        () => new Error(`no answer within ${CHECK_MS} ms`),
      );
      return { ok: true };
    } catch (error) {
      return { ok: false, cause: describeError(error) };
    }
  }

  failed(cause: string): void {
    this.#cause = cause;
  }

  succeeded(): void {
    this.#migrated = true;
    this.#cause = undefined;
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}
