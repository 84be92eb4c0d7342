import { CloudEvent } from '@orrery/shared/contracts';

export interface StreamMessage {
  event: string;
  id: string | undefined;
  data: string;
}

/** Reads Server-Sent Events as a client does, until it is told to stop or the server ends. */
export class EventStream {
  readonly messages: StreamMessage[] = [];
  /** The position from which a client would resume. */
  lastId: string | undefined;
  ended = false;
  readonly #stop = new AbortController();

  private constructor(readonly headers: Headers) {}

  static async open(url: string, headers: Record<string, string>): Promise<EventStream> {
    const stop = new AbortController();
    const response = await fetch(url, { headers, signal: stop.signal });
    if (!response.ok || !response.body) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
    const stream = new EventStream(response.headers);
    stream.#stop.signal.addEventListener('abort', () => stop.abort());
    void stream.#read(response.body);
    return stream;
  }

  /** The events in the order received; each must match its schema. */
  get events(): CloudEvent[] {
    return this.messages
      .filter(({ event }) => event === 'message')
      .map(({ data }) => CloudEvent.parse(JSON.parse(data)));
  }

  close(): void {
    this.#stop.abort();
  }

  async #read(body: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    let text = '';
    try {
      for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) {
        text += decoder.decode(chunk, { stream: true });
        const blocks = text.split('\n\n');
        text = blocks.pop() ?? '';
        for (const block of blocks) this.#take(block);
      }
    } catch {
      // The connection is gone: the reader reconnects.
    }
    this.ended = true;
  }

  #take(block: string): void {
    const fields = block
      .split('\n')
      .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]);
    const field = (name: string) => fields.find(([key]) => key === name)?.[1];
    this.lastId = field('id') ?? this.lastId;
    const data = field('data');
    if (data !== undefined) this.messages.push({ event: field('event') ?? 'message', id: field('id'), data });
  }
}
