import { ask, Unreachable, type Shape } from '../api/client.js';
import { EventLines, type StreamLine } from './event-lines.js';

export type FleetEvent = Shape<'CloudEvent'>;

export type LiveState = { is: 'opening' } | { is: 'live' } | { is: 'lost'; since: number };

const NAME = 'orrery-live';
const AGAIN_MS = 2000;
const SOON_MS = 200;
/** The API says something every 15 s; after this long without a byte the connection is dead. */
const SILENCE_MS = 40_000;

type Word =
  { say: 'event'; event: FleetEvent } | { say: 'state'; state: LiveState } | { say: 'anew' } | { say: 'hello' };

/**
 * The events of the fleet, as they are committed. A browser has six connections to us, so one tab reads the stream and tells the others; when
 * it closes, the next takes over. Without Web Locks (plain HTTP from another machine) each tab reads for itself.
 */
export class Live {
  #state: LiveState = { is: 'opening' };
  #lastId: string | undefined;
  #leads = false;
  readonly #stop = new AbortController();
  readonly #changed = new Set<() => void>();
  readonly #tabs = typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel(NAME);

  constructor(
    private readonly onEvent: (event: FleetEvent) => void,
    /** Something may have been missed: look at everything again. */
    private readonly onGap: () => void,
  ) {}

  get state(): LiveState {
    return this.#state;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#changed.add(listener);
    return () => this.#changed.delete(listener);
  };

  start(): void {
    const { signal } = this.#stop;
    const lead = () => this.#lead(signal);
    if (!this.#tabs || !('locks' in navigator)) return void lead();
    this.#tabs.addEventListener('message', ({ data }: MessageEvent<Word>) => this.#hear(data));
    this.#tabs.postMessage({ say: 'hello' } satisfies Word);
    navigator.locks.request(NAME, { signal }, lead).catch(() => undefined); // rejects when it is stopped
  }

  stop(): void {
    this.#stop.abort();
    this.#tabs?.close();
  }

  async #lead(signal: AbortSignal): Promise<void> {
    this.#leads = true;
    while (!signal.aborted) {
      const start = Date.now();
      try {
        await this.#readOnce(signal);
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof Unreachable || this.#state.is !== 'opening') this.#lost();
      }
      // A stream that the API ended after a while continues at once.
      await pause(Date.now() - start > AGAIN_MS && this.#state.is === 'live' ? SOON_MS : AGAIN_MS, signal);
    }
  }

  /** Resolves when the API ends the stream, which is no loss: the next one continues where this one was. */
  async #readOnce(signal: AbortSignal): Promise<void> {
    const silence = new AbortController();
    const either = AbortSignal.any([signal, silence.signal]);
    let timer = setTimeout(() => silence.abort(), SILENCE_MS);
    // The browser knows at once that there is no network; the connection would seem to live on.
    addEventListener('offline', () => silence.abort(), { once: true, signal: either });
    try {
      const url = `/v1/events/stream${this.#lastId === undefined ? '' : `?after=${this.#lastId}`}`;
      const response = await ask('GET', url, { accept: 'text/event-stream', signal: either });
      const lines = new EventLines();
      const decoder = new TextDecoder();
      this.#found();
      const reader = response.body?.getReader();
      for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
        clearTimeout(timer);
        timer = setTimeout(() => silence.abort(), SILENCE_MS);
        for (const line of lines.take(decoder.decode(part.value, { stream: true }))) this.#take(line);
      }
    } finally {
      clearTimeout(timer);
    }
  }

  #take({ event, id, data }: StreamLine): void {
    this.#lastId = id ?? this.#lastId;
    if (event === 'reset') this.#anew();
    else if (event === 'message') {
      const news = JSON.parse(data) as FleetEvent;
      this.onEvent(news);
      this.#tabs?.postMessage({ say: 'event', event: news } satisfies Word);
    }
  }

  #hear(word: Word): void {
    if (word.say === 'hello') {
      if (this.#leads) this.#tabs?.postMessage({ say: 'state', state: this.#state } satisfies Word);
    } else if (word.say === 'event') this.onEvent(word.event);
    else if (word.say === 'anew') this.onGap();
    else this.#become(word.state);
  }

  #found(): void {
    const wasLost = this.#state.is === 'lost';
    this.#become({ is: 'live' });
    if (wasLost) this.#anew();
  }

  #lost(): void {
    if (this.#state.is !== 'lost') this.#become({ is: 'lost', since: Date.now() });
  }

  #anew(): void {
    this.onGap();
    this.#tabs?.postMessage({ say: 'anew' } satisfies Word);
  }

  #become(state: LiveState): void {
    if (this.#leads) this.#tabs?.postMessage({ say: 'state', state } satisfies Word);
    this.#state = state;
    for (const listener of this.#changed) listener();
  }
}

const pause = (ms: number, signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
