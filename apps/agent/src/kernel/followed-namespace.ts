import { type Matters, NamespaceView } from './namespace-view.js';

/**
 * The monitor reports changes, and an answer holds until one comes. It is still refreshed this often, in case one was
 * missed.
 */
export const HELD_MS = 20_000;
/** A mark does not show everything (an MTU, for example), so everything is read again this often. */
const MARKED_MS = 5 * 60_000;
/** For this long after opening, the monitor may not be listening yet. */
const SETTLING_MS = 1_000;
/** A view that has ended is reopened no sooner than this after it was last opened. */
const AGAIN_MS = 30_000;

interface Held {
  answer: Promise<unknown>;
  changes: number;
  /** When it was read, and when it was last confirmed. */
  readAt: number;
  at: number;
  mark: string | undefined;
}

/** Queries a network namespace, and caches each answer until something changes there. */
export class FollowedNamespace {
  #view: NamespaceView | undefined;
  #openedAt = -Infinity;
  readonly #held = new Map<string, Held>();

  constructor(
    private readonly enter: readonly string[],
    private readonly matters: Matters,
    private readonly hint: () => void,
    /** A different mark means that something has changed. Undefined: old answers are read again. */
    private readonly mark: () => string | undefined = () => undefined,
  ) {}

  /** Whether changes are reported. */
  get isFollowed(): boolean {
    return this.#view?.isOpen === true;
  }

  /** Number of changes so far; undefined if changes are not reported. */
  get changes(): number | undefined {
    return this.isFollowed ? this.#view?.changes : undefined;
  }

  open(): void {
    const now = performance.now();
    if (this.isFollowed || now - this.#openedAt < AGAIN_MS) return;
    this.#held.clear();
    this.#openedAt = now;
    this.#view = new NamespaceView(this.enter, this.matters, this.hint);
  }

  /** The output of `ip -json` for these commands, parsed by `read`; undefined if this way does not work. */
  async ask<T>(commands: string, read: (printed: string) => T): Promise<T | undefined> {
    this.open();
    const view = this.#view;
    if (!view?.isOpen) return undefined;
    const now = performance.now();
    const held = this.#held.get(commands);
    try {
      if (held && held.changes === view.changes && this.#holds(held, now)) return (await held.answer) as T;
      const mark = this.mark();
      const answer = view.ask(commands).then(read);
      this.#held.set(commands, { answer, changes: view.changes, readAt: now, at: now, mark });
      return await answer;
    } catch {
      this.#held.delete(commands);
      return undefined;
    }
  }

  #holds(held: Held, now: number): boolean {
    if (held.readAt - this.#openedAt < SETTLING_MS) return false;
    if (now - held.at < HELD_MS) return true;
    if (held.mark === undefined || now - held.readAt > MARKED_MS || held.mark !== this.mark()) return false;
    held.at = now;
    return true;
  }

  close(): void {
    this.#view?.close();
  }
}
