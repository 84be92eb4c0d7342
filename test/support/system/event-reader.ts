import type { ApiClient } from './api-client.js';

/** A reader of `/v1/events/stream` that keeps everything it receives. */
export class EventReader {
  readonly events: { id: string }[] = [];
  resets = 0;
  readonly #stop = new AbortController();
  #text = '';

  static async open(api: ApiClient, after?: string): Promise<EventReader> {
    const reader = new EventReader();
    const query = after === undefined ? '' : `?after=${encodeURIComponent(after)}`;
    const response = await api.stream(`/v1/events/stream${query}`, reader.#stop.signal);
    if (!response.ok || !response.body) throw new Error(`the stream answered ${response.status}`);
    void reader.#read(response.body).catch(() => undefined);
    return reader;
  }

  get ids(): string[] {
    return this.events.map(({ id }) => id);
  }

  close(): void {
    this.#stop.abort();
  }

  async #read(body: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    for await (const piece of body) {
      this.#text += decoder.decode(piece, { stream: true });
      const blocks = this.#text.split('\n\n');
      this.#text = blocks.pop() ?? '';
      for (const block of blocks) this.#take(block);
    }
  }

  #take(block: string): void {
    const field = (name: string) =>
      block
        .split('\n')
        .find((line) => line.startsWith(`${name}: `))
        ?.slice(name.length + 2);
    if (field('event') === 'reset') this.resets += 1;
    const data = field('data');
    if (field('id') !== undefined && data !== undefined && field('event') !== 'reset')
      this.events.push(JSON.parse(data) as { id: string });
  }
}
