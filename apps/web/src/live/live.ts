import { ask, Unreachable } from '../api/client.js';
import { EventLines, type StreamLine } from './event-lines.js';
import type { FleetEvent } from './fleet-event.js';

export type LiveState = { is: 'opening' } | { is: 'live' } | { is: 'lost'; since: number };

const AGAIN_MS = 2000;
const SOON_MS = 200;
/** The API says something every 15 s; after this long without a byte the connection is dead. */
const SILENCE_MS = 40_000;

/** What tabs say to each other. `at`: the ID of the last event, from which another tab can read on. */
type Word =
  | { say: 'events'; events: FleetEvent[]; at: string | undefined }
  | { say: 'state'; state: LiveState; at: string | undefined }
  | { say: 'anew' }
  | { say: 'hello' };

interface LiveListener {
  onEvents: (events: readonly FleetEvent[]) => void;
  /** The stream is open, and events come from now on. What was read before that may be older. */
  onOpen: () => void;
  /** Something may have been missed: look at everything again. */
  onGap: () => void;
}

/**
 * The events of the fleet, as they are committed. A browser has six connections to us, so one tab reads the stream and tells the others; when
 * it closes, the next takes over. Without Web Locks (plain HTTP from another machine) each tab reads for itself, and only while somebody sees it:
 * six streams would leave no connection for anything else.
 */
export class Live {
  #state: LiveState = { is: 'opening' };
  #lastId: string | undefined;
  #leads = false;
  /** Nobody saw this tab for a while, and it read nothing. */
  #hasRested = false;
  readonly #stop = new AbortController();
  readonly #changed = new Set<() => void>();
  readonly #tabs: BroadcastChannel | undefined;

  /** `name`: tabs with the same share a stream. */
  constructor(
    private readonly name: string,
    private readonly listener: LiveListener,
  ) {
    this.#tabs = typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel(name);
  }

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
    if (!this.#tabs || !('locks' in navigator)) return void this.#readWhileSeen(signal);
    this.#tabs.addEventListener('message', ({ data }: MessageEvent<Word>) => this.#hear(data));
    this.#tabs.postMessage({ say: 'hello' } satisfies Word);
    navigator.locks.request(this.name, { signal }, lead).catch(() => undefined); // rejects when it is stopped
  }

  stop(): void {
    this.#stop.abort();
    this.#tabs?.close();
  }

  async #readWhileSeen(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await seen(true, signal);
      const hidden = new AbortController();
      void seen(false, signal).then(() => hidden.abort());
      await this.#lead(AbortSignal.any([signal, hidden.signal]));
      // What happens meanwhile may be much: it looks at everything again instead.
      this.#hasRested = this.#state.is !== 'opening';
      this.#lastId = undefined;
    }
  }

  async #lead(signal: AbortSignal): Promise<void> {
    this.#leads = true;
    // The tab that read before has closed. Where it was is not known if it never said so.
    if (this.#state.is !== 'opening' && this.#lastId === undefined && !this.#hasRested) this.#anew();
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
        this.#take(lines.take(decoder.decode(part.value, { stream: true })));
      }
    } finally {
      clearTimeout(timer);
    }
  }

  /** All that arrived together is one piece of news: a storm is many events, and few pieces. */
  #take(lines: readonly StreamLine[]): void {
    const events: FleetEvent[] = [];
    for (const { event, id, data } of lines) {
      this.#lastId = id ?? this.#lastId;
      if (event === 'reset') this.#anew();
      else if (event === 'message') events.push(JSON.parse(data) as FleetEvent);
    }
    if (events.length > 0) this.listener.onEvents(events);
    if (lines.length > 0) this.#tabs?.postMessage({ say: 'events', events, at: this.#lastId } satisfies Word);
  }

  #hear(word: Word): void {
    if (word.say === 'hello') {
      if (this.#leads) this.#say(this.#state);
      return;
    }
    if (word.say === 'anew') return this.listener.onGap();
    this.#lastId = word.at ?? this.#lastId;
    if (word.say === 'state') this.#become(word.state);
    else if (word.events.length > 0) this.listener.onEvents(word.events);
  }

  #say(state: LiveState): void {
    this.#tabs?.postMessage({ say: 'state', state, at: this.#lastId } satisfies Word);
  }

  #found(): void {
    const before = this.#state.is;
    this.#become({ is: 'live' });
    if (before === 'lost' || this.#hasRested) this.#anew();
    else if (before === 'opening') this.listener.onOpen();
    this.#hasRested = false;
  }

  #lost(): void {
    if (this.#state.is !== 'lost') this.#become({ is: 'lost', since: Date.now() });
  }

  #anew(): void {
    this.listener.onGap();
    this.#tabs?.postMessage({ say: 'anew' } satisfies Word);
  }

  #become(state: LiveState): void {
    if (this.#leads) this.#say(state);
    this.#state = state;
    for (const listener of this.#changed) listener();
  }
}

/** Resolves when somebody sees this tab, or when nobody does; at once if that is so, or if it is stopped. */
const seen = (isSeen: boolean, signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    const look = () => {
      if (document.hidden !== isSeen || signal.aborted) resolve();
    };
    document.addEventListener('visibilitychange', look, { signal });
    signal.addEventListener('abort', look, { once: true });
    look();
  });

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
