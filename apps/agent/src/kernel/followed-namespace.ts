import { type Matters, NamespaceView } from './namespace-view.js';

/** The kernel says what changes, and an answer holds until then; it is asked again all the same, in case that it was not heard. */
export const HELD_MS = 20_000;
/** What a mark does not show, such as an MTU, is read again after so long. */
const MARKED_MS = 5 * 60_000;
/** Until then the monitor may not listen yet. */
const SETTLING_MS = 1_000;
/** A view that has ended is opened again after so long. */
const AGAIN_MS = 30_000;

interface Held {
  answer: Promise<unknown>;
  changes: number;
  /** When it was read, and when it was last known to be so. */
  readAt: number;
  at: number;
  mark: string | undefined;
}

/** What can be asked of a namespace, each answer held until something changes there. */
export class FollowedNamespace {
  #view: NamespaceView | undefined;
  #openedAt = -Infinity;
  readonly #held = new Map<string, Held>();

  constructor(
    private readonly enter: readonly string[],
    private readonly matters: Matters,
    private readonly hint: () => void,
    /** Another one: something has changed. Without: whatever is old is read again. */
    private readonly mark: () => string | undefined = () => undefined,
  ) {}

  /** Whether changes are told of. */
  get isFollowed(): boolean {
    return this.#view?.isOpen === true;
  }

  /** How often something has changed; undefined: nobody tells. */
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

  /** What `ip -json` says to these commands, as it is read; undefined: it cannot be asked this way. */
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
