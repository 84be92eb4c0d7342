import { EventStream, type StreamMessage } from '../event-stream.js';
import { eventually } from '../eventually.js';

/** All events from now on, as a browser gets them: a stream that ends is reopened from the last ID received. */
export class ResumedStream {
  readonly #streams: EventStream[] = [];
  #isClosing = false;
  readonly #done: Promise<void>;

  private constructor(
    private readonly url: string,
    private readonly token: string,
    first: EventStream,
  ) {
    this.#streams.push(first);
    this.#done = this.#follow();
  }

  static async open(url: string, token: string): Promise<ResumedStream> {
    return new ResumedStream(url, token, await EventStream.open(url, { authorization: `Bearer ${token}` }));
  }

  /** How often it had to be opened. */
  get opened(): number {
    return this.#streams.length;
  }

  get messages(): StreamMessage[] {
    return this.#streams.flatMap(({ messages }) => messages);
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    this.#streams.at(-1)?.close();
    await this.#done;
  }

  async #follow(): Promise<void> {
    const isOver = () => this.#isClosing || this.#streams.at(-1)?.ended;
    while (!this.#isClosing) {
      await eventually(isOver, { within: 600_000, every: 50, what: 'the end of the stream' });
      await eventually(() => this.#isClosing || this.#openAgain(), {
        within: 60_000,
        every: 100,
        what: 'the next stream',
      });
    }
  }

  async #openAgain(): Promise<true> {
    const lastId = this.#streams.flatMap((stream) => stream.lastId ?? []).at(-1);
    const headers = { authorization: `Bearer ${this.token}`, ...(lastId ? { 'last-event-id': lastId } : {}) };
    this.#streams.push(await EventStream.open(this.url, headers));
    return true;
  }
}
