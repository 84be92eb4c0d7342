import { rename } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { explain } from '@orrery/shared/contracts';
import { AppError, describeError, type Logger } from '@orrery/shared/runtime';
import { ClassicLevel } from 'classic-level';

export type Write = { put: string; value: unknown } | { del: string };

/** A record as read; `value` undefined: it exists but is damaged. */
export interface StoredRecord {
  key: string;
  value: unknown;
  bytes: number;
}

export type Opening = { result: 'opened' | 'repaired' } | { result: 'replaced'; movedTo: string };

const encode = (value: unknown): string => {
  const json = JSON.stringify(value);
  return `${crc32(json).toString(16).padStart(8, '0')} ${json}`;
};

/** LevelDB does not verify the checksums of compacted data, so every value has its own. */
function decode(text: string): unknown {
  const json = text.slice(9);
  if (crc32(json).toString(16).padStart(8, '0') !== text.slice(0, 8)) return undefined;
  try {
    return JSON.parse(json) as unknown;
  } catch {
    return undefined;
  }
}

/**
 * The only code that knows LevelDB. A write is one atomic batch and on disk when it resolves. Opening never gives up on a damaged
 * folder: it is repaired, or else moved aside for a person to inspect and replaced by an empty one.
 */
export class LevelStore {
  #db: ClassicLevel;

  constructor(
    private readonly folder: string,
    private readonly logger: Logger,
  ) {
    this.#db = new ClassicLevel(folder);
  }

  async open(): Promise<Opening> {
    try {
      await this.#db.open();
      return { result: 'opened' };
    } catch (error) {
      throwUnlessDamaged(this.folder, error);
      this.logger.error(
        { event: 'journal.damaged', cause: causeOf(error) },
        'the journal cannot be opened; repairing it',
      );
      return this.#repair();
    }
  }

  async write(writes: readonly Write[], { sync = true } = {}): Promise<void> {
    const operations = writes.map((write) =>
      'put' in write
        ? { type: 'put' as const, key: write.put, value: encode(write.value) }
        : { type: 'del' as const, key: write.del },
    );
    await this.#db.batch(operations, { sync });
  }

  async get(key: string): Promise<unknown> {
    const text = await this.#db.get(key);
    return text === undefined ? undefined : decode(text);
  }

  async has(key: string): Promise<boolean> {
    return this.#db.has(key);
  }

  /** Records with from ≤ key < to, in order. */
  async *range(from: string, to: string): AsyncGenerator<StoredRecord> {
    for await (const [key, text] of this.#db.iterator({ gte: from, lt: to }))
      yield { key, value: decode(text), bytes: text.length };
  }

  /** Deletes records with from ≤ key < to. */
  async clear(from: string, to: string): Promise<void> {
    await this.#db.clear({ gte: from, lt: to });
  }

  /** LevelDB refuses every write after a failed one until it has been reopened. */
  async reopen(): Promise<Opening> {
    await this.#db.close();
    this.#db = new ClassicLevel(this.folder);
    return this.open();
  }

  async close(): Promise<void> {
    await this.#db.close();
  }

  async #repair(): Promise<Opening> {
    try {
      await ClassicLevel.repair(this.folder);
      this.#db = new ClassicLevel(this.folder);
      await this.#db.open();
      return { result: 'repaired' };
    } catch (error) {
      const movedTo = `${this.folder}.damaged-${new Date().toISOString().replaceAll(/[^0-9]/g, '')}`;
      this.logger.error({ event: 'journal.replaced', cause: causeOf(error), movedTo }, 'starting an empty journal');
      await rename(this.folder, movedTo);
      this.#db = new ClassicLevel(this.folder);
      await this.#db.open();
      return { result: 'replaced', movedTo };
    }
  }
}

/** The library reports only "Database failed to open" and keeps the reason in its cause. */
const causeOf = (error: unknown): string =>
  error instanceof Error && error.cause ? describeError(error.cause) : describeError(error);

/** A full disk or a missing permission is not damage: nothing is repaired, and the caller retries. */
function throwUnlessDamaged(folder: string, error: unknown): void {
  const code = error instanceof Error ? (error.cause as { code?: string } | undefined)?.code : undefined;
  if (code === 'LEVEL_CORRUPTION') return;
  if (code !== 'LEVEL_LOCKED')
    throw new AppError({
      kind: 'operational',
      ...explain('journal-unavailable/open', { folder, error: causeOf(error) }),
      origin: error,
    });
  throw new AppError({
    kind: 'user',
    ...explain('state-folder-in-use/journal', { folder }),
    origin: error,
  });
}
