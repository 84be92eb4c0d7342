import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { timeoutSignal } from '@orrery/shared/timeouts';

/** A reader that reads nothing for this long is dropped; it resumes where it was. */
const DRAIN_MS = 15_000;
const RETRY_MS = 1000;

/** Writes Server-Sent Events no faster than they are read. */
export class SseWriter {
  readonly #gone = new AbortController();
  /** Aborted when the client is gone or the process stops. */
  readonly signal: AbortSignal;

  constructor(
    private readonly response: ServerResponse,
    stop: AbortSignal,
    private readonly drainMs = DRAIN_MS,
  ) {
    this.signal = AbortSignal.any([this.#gone.signal, stop]);
    response.once('close', () => this.#gone.abort());
    response.on('error', () => this.#gone.abort());
  }

  /** The ID alone makes the client resume from here, even if it loses the connection before the first event. */
  open(id: string, reset: boolean): Promise<void> {
    const begin = reset ? `event: reset\nid: ${id}\ndata: ${JSON.stringify({ id })}\n\n` : `id: ${id}\n\n`;
    return this.#write(`retry: ${RETRY_MS}\n\n${begin}`);
  }

  /** `json`: the output of `JSON.stringify`, which has no line break. */
  event(id: string, json: string): Promise<void> {
    return this.#write(`id: ${id}\ndata: ${json}\n\n`);
  }

  /** A comment: keeps proxies from closing the connection, and reveals a dead one. */
  heartbeat(): Promise<void> {
    return this.#write(': still here\n\n');
  }

  close(): void {
    if (this.#gone.signal.aborted || !this.response.writable) this.response.destroy();
    else this.response.end();
  }

  async #write(text: string): Promise<void> {
    this.signal.throwIfAborted();
    if (this.response.write(text)) return;
    const slow = AbortSignal.any([this.signal, timeoutSignal(this.drainMs)]);
    try {
      await once(this.response, 'drain', { signal: slow });
    } catch (error) {
      // `end` would wait for the reader, so a slow one is cut off.
      this.response.destroy();
      throw error;
    }
  }
}
