/** Wrong tokens per address and minute before further unknown ones are refused unseen. */
const MOST_FAILURES = 20;
const WINDOW_MS = 60_000;
const MOST_ADDRESSES = 10_000;

/**
 * Slows guessing and keeps it off the database. Tokens are 256 random bits, so this is about load, not about luck; a token that
 * was valid before is always looked up, so a script with a wrong token cannot lock out a person behind the same address.
 */
export class LoginThrottle {
  readonly #failures = new Map<string, { count: number; until: number }>();
  readonly #known = new Set<string>();

  constructor(private readonly now: () => number = Date.now) {}

  /** Seconds to wait, when this attempt must not be looked at. */
  refuses(address: string, hash: string): number | undefined {
    const entry = this.#failures.get(address);
    if (!entry || this.#known.has(hash)) return undefined;
    const left = entry.until - this.now();
    if (left <= 0) {
      this.#failures.delete(address);
      return undefined;
    }
    return entry.count >= MOST_FAILURES ? Math.ceil(left / 1000) : undefined;
  }

  failed(address: string, hash: string): void {
    this.#known.delete(hash);
    const entry = this.#failures.get(address) ?? { count: 0, until: this.now() + WINDOW_MS };
    entry.count++;
    if (this.#failures.size >= MOST_ADDRESSES && !this.#failures.has(address)) this.#failures.clear();
    this.#failures.set(address, entry);
  }

  succeeded(hash: string): void {
    if (this.#known.size >= MOST_ADDRESSES) this.#known.clear();
    this.#known.add(hash);
  }
}
