import { once } from 'node:events';
import { createConnection, type NetConnectOpts } from 'node:net';
import { describeError, type Logger } from '@orrery/shared/runtime';
import { LETTER_BYTES, type Letter } from './letter.js';

/** A letterbox that accepts nothing for this long counts as unreachable. */
const PATIENCE_MS = 1_000;
/** Number of letters that may wait for one letterbox; more are lost. */
const WAITING = 1_000;

/**
 * Delivers letters, those for one letterbox in order and over one connection at a time. Letters that cannot be delivered are lost, because
 * daemons ask again.
 */
export class Courier {
  readonly #waiting = new Map<string, string[]>();
  readonly #rounds = new Map<string, Promise<void>>();
  readonly #closing = new AbortController();

  constructor(private readonly logger: Logger) {}

  send(path: string, letter: Letter): void {
    const line = `${JSON.stringify(letter)}\n`;
    const waiting = this.#waiting.get(path) ?? [];
    if (this.#closing.signal.aborted || waiting.length >= WAITING || line.length > LETTER_BYTES) return;
    this.#waiting.set(path, [...waiting, line]);
    if (!this.#rounds.has(path)) this.#rounds.set(path, this.#bringAll(path));
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#waiting.clear();
    await Promise.all(this.#rounds.values());
  }

  async #bringAll(path: string): Promise<void> {
    for (let lines = this.#take(path); lines.length > 0; lines = this.#take(path))
      await this.#bring(path, lines.join('')).catch((error: unknown) => {
        this.logger.debug({ event: 'simulated.letters-lost', path, cause: describeError(error) });
      });
    this.#rounds.delete(path);
  }

  #take(path: string): string[] {
    const lines = this.#waiting.get(path) ?? [];
    this.#waiting.delete(path);
    return lines;
  }

  /** Resolves when the other side has read everything and closed. */
  async #bring(path: string, text: string): Promise<void> {
    const options: NetConnectOpts = { path, signal: this.#closing.signal };
    const socket = createConnection(options);
    socket.setTimeout(PATIENCE_MS, () => socket.destroy(new Error('nobody accepts them')));
    socket.resume();
    socket.end(text);
    await once(socket, 'close');
  }
}
